"""Crowds whose truth is known, and what a detector would make of them: input for trackers."""
