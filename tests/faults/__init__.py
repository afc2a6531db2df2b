"""Faults: real server processes that are killed, cut off, flooded and lied to.

Every test starts `python -m chatbox serve` on a data directory of its own and a scripted upstream,
and compares what the server kept with what the upstream says it sent. `CHATBOX_FAULT_ROUNDS=200`
makes the rounds of random kills thorough; without it they are few.
"""
