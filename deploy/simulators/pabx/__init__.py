"""An Asterisk, as far as a dialer sees one: ARI with its websocket, call records, and a log of its own.

What a number does is fixed by its last digit, as in the telephone network of `callees`. `core` is pure and takes `now`; the
rest is a thin shell over it. Nothing here rings anybody: there is no trunk.

**The log** (`--log`) is JSON, one object a line, written before the caller is answered; whoever judges a dialer reads
nothing else of this PABX. `at`, `start`, `answer`, `end`: ISO 8601 in UTC, true time even where the PABX's clock is off.

- `{"what": "rang", "id", "number", "dialled", "at"}`: a POST that placed a call. `id`: the channel's; `number`: E.164 where
  the digits tell it (`--area` completes a local one), else as `dialled`.
- `{"what": "ended", "id", "number", "dialled", "start", "answer", "end", "outcome", "cause", "recorded"}`: its end. `answer`
  is null where nobody answered; `cause`: Asterisk's hang-up cause; `recorded`: whether a call record was kept. `outcome`:
  `human machine dropped busy no_answer congestion invalid_number`, `failed` (answered, but nothing was there to speak),
  `cut` (hung up by command) or `lost` (the PABX was restarted, `cause` null).
- `{"what": "restarted", "at"}`.

A `rang` without an `ended` is a call during which the process was killed.
"""
