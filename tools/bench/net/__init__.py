"""What the bench has of the net: the Wi-Fi that is joined, the broker, and who disturbs them."""
