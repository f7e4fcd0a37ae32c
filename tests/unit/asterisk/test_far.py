"""What is read from the network's log, in the form in which Asterisk 22 writes it."""

from tests.asterisk.far import Visit, visits

LOG = """
[Nov 28 9:23:43] VERBOSE[1][C-01] pbx.c: Executing [829000001@from-trunk:1] Goto("PJSIP/trunk-01", "callee-1,s,1")
[Nov 28 9:23:43] VERBOSE[1][C-01] pbx.c: Executing [s@callee-1:1] Ringing("PJSIP/trunk-01", "")
[Nov 28 9:23:44] VERBOSE[2][C-02] pbx.c: Executing [829000003@from-trunk:1] Goto("PJSIP/trunk-02", "callee-3,s,1")
[Nov 28 9:23:44] VERBOSE[1][C-01] pbx.c: Executing [s@callee-1:3] Answer("PJSIP/trunk-01", "0")
[Nov 28 9:23:45] VERBOSE[3][C-03] pbx.c: Executing [829000003@from-trunk:1] Goto("PJSIP/trunk-01", "callee-3,s,1")
"""


def test_each_arrival_is_a_visit_and_an_answer_belongs_to_its_channel() -> None:
    assert visits(LOG.splitlines()) == {
        "829000001": [Visit("1", answered=True)],
        "829000003": [Visit("3", answered=False), Visit("3", answered=False)],
    }
