"""The parts of `bench.py`, a module each: `start`, `streams`, `archive`, `mixed`, `soak`.

`machine` runs and watches the processes, `load` opens streams, `requests` asks for everything else,
`report` says what a part found.
"""
