"""Attempts to refute a lead, and stand-ins of candidates that can lead nothing."""
