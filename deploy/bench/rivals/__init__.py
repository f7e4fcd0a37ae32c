"""What our stages are measured against: the same work by the barest program, each a process of its own."""
