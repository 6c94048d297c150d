"""Tests of lib/web and firmware/website: requests, connections, the page."""
