"""Calling tried out without telephones: a checker that knows nothing of ours, and a simulation of months in minutes."""
