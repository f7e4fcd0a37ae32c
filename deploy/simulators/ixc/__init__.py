"""IXC Provedor, as far as its documented list protocol goes, over a synthetic provider that changes by itself.

Its telephone numbers and documents are drawn at random and may belong to somebody: never join it to a PABX with a real
trunk.
"""
