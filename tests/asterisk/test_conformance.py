"""A real Asterisk is what the simulator claims it to be (`tests/contract/test_pabx_conformance.py`)."""

from tests.contract.pabx_conformance import PabxConformance


class TestAsterisk(PabxConformance):
    pass
