"""What nothing else can rebuild, written out while the system runs, and put back into an empty database."""
