"""Keeping to the limits: what is due, its preview, the run that is the preview, and the outcome read from the data."""
