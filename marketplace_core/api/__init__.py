"""REST over the market's commands, at `/api/v1`.

A router is a file named after its room, made with `doors(tag)`. Its functions are the requests: each takes the
`AtDesk` (a seat in the one transaction of this request), the `Me` who asks, and a model made of `shapes`; it calls
one command or query and returns a model. It never commits, never catches a refusal, never reads a clock: the door
(`route.py`) signs the caller in, keeps idempotency keys, commits what went well and rolls back what did not, and
`faults.py` turns every refusal into the one error shape.
"""
