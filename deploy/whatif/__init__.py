"""Other rules tried out on the days behind us: the real dialer and limits, telephones that nobody rings.

Nothing here can ring: no producer, no PABX, no request. What is not known of the past is assumed, and said: promises and
blocklist are those of today, data were always fresh, PABXs armed, and a call that nobody placed ends as placed ones did.
"""
