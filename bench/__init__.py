"""Measurements that are run by hand: quality, speed and memory."""
