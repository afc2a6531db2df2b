"""Speaks to language models and knows nothing of chatbox; of ours it imports `kit` alone.

Read in this order: `messages` (what is said), `events` (what comes back), `adapter` (the seam),
`errors` (how it fails), `openai` (the one dialect so far, with `openai_encode`, `openai_decode`,
`openai_models` and `refusals`), `answer`, `clocks` and `sse` (bytes in, frames out, within limits),
`tokens` (how long a text is).
"""
