"""Platforms over the network: how each is asked, and how its answers become the table of its files."""
