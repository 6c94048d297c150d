"""The heater's laboratory: winter nights and faults, played on the plant and shown in pictures."""
