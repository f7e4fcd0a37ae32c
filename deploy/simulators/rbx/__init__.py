"""RBX (RouterBox), as far as its documented web services go, over the same synthetic provider as IXC's.

Its telephone numbers and documents are drawn at random and may belong to somebody: never join it to a PABX with a real
trunk.
"""
