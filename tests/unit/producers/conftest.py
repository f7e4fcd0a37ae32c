"""Repeated requests neither wait nor log in unit tests."""

from tests.waiting import no_waiting

__all__ = ["no_waiting"]
