"""Tests of firmware/: starts, tasks, links, storage, drivers, on fakes of the chip."""
