"""Tests of lib/relay and firmware/mqtt: messages out, commands in, real brokers."""
