"""Hypothesis for the whole unit folder: quick, and a failure on one machine is a failure on every other."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "unit",
    max_examples=30,
    deadline=None,  # two busy cores decide how long an example takes, not the code
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("unit")
