"""`collector bench`: the stages against the barest programs that do the same, on the real broker and database.

Where the time goes is told in the module of each part. The machine is noisy: only ratios of one run mean something.
"""
