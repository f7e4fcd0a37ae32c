"""Hypothesis for the whole unit folder: quick."""

from hypothesis import settings

settings.register_profile("unit", parent=settings.get_profile("repeated"), max_examples=30)
settings.load_profile("unit")
