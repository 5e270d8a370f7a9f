"""Hooks of this channel."""
