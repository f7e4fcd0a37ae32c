"""Altarede as its users see it, in two forms over the same provider as IXC's: exported files, and an ISP's n8n webhooks.

Altarede publishes no protocol: the columns are those that importers read, the webhooks those of one ISP. Nothing here was
verified against the vendor. Telephone numbers and documents are drawn at random and may belong to somebody: never join it
to a PABX with a real trunk.
"""
