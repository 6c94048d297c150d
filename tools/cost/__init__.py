"""What the application takes of memory, traffic, flash, power: what tools/benchmark.py writes."""
