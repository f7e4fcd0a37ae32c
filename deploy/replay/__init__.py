"""`collector replay`: history folded anew beside what is shown, compared with it, and put in its place."""
