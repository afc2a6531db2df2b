"""A scripted provider: a real HTTP server that speaks OpenAI's dialect, with a behaviour per model name.

Standard library only. In a test: `async with Upstream() as up: up.base_url`. As a program:
`python -m tests.upstream --port N`. `GET /_control/requests` tells what came and what was sent, with
times; `DELETE` forgets it. An `@key` behind a name only keeps counters apart (`429-then-ok@a`).

| model | what it does |
|---|---|
| `ok-<chunks>-<interval_ms>[-<first_delay_ms>]` | chunks ` t0`, ` t1`, … at that pace, finish, usage, `[DONE]` |
| `echo` | says the last user message, in pieces |
| `markdown` | says what follows `markdown:` in the last user message, or a rich 40 KB text |
| `xss` | markup that a careless page would run |
| `tools`, `parts`, `length` | a tool call in fragments; content as a list of parts; finish_reason length |
| `deepseek`, `openrouter`, `ollama`, `llamacpp` | the same answer with thinking in each server's dialect |
| `openrouter-error`, `error-event` | two pieces, then an error object in a chunk / in `event: error` |
| `429-then-ok`, `503-then-ok` | the error on every odd request, an answer on every even one |
| `429`, `429-retry-after-120`, `529`, `500`, `401`, `402`, `404` | that status, OpenAI's error object |
| `echo-secret-401` | 401 with the Authorization header in the message |
| `context-400`, `context-llamacpp` | the two ways to say that the context is too long |
| `no-stream-options`, `no-max-tokens` | 400 when the request holds that field |
| `redirect` (`redirect@307`) | a redirect to `/_control/canary` of this server |
| `die@<n>` | n chunks, then a TCP reset |
| `cut@<n>`, `cleancut@<n>` | n chunks, then the end: within the HTTP body / of the body, no finish_reason |
| `nodone`, `nofinish`, `nousage` | ends without `[DONE]` / without finish_reason / without ever sending usage |
| `silent`, `silent-headers`, `stall@<n>` | nothing at all / only headers / n chunks and then nothing, for ever |
| `drip`, `comments-only`, `comments@<n>` | one byte of an event at a time / (n chunks and then) only comments, for ever |
| `u2028`, `utf8-split`, `crlf-split`, `one-byte` | line separators in text; bytes cut at bad places |
| `bom`, `nospace`, `multiline`, `exec-event` | odd but legal events; a foreign control event among them |
| `gzip`, `deflate`, `brotli`, `gzip-damaged`, `gzipbomb`, `endless`, `longline` | packed answers; one that is torn; 300 KB that unpack to 200 MB; no end; 2 MB line |
| `json-plain`, `json-array`, `json-error`, `html200` | no stream: an answer; `[]`; an error; a web page |
| `nul`, `nul-escape`, `invalid-utf8`, `surrogate`, `two-json` | text that is broken, or nearly |
| `usage-neg`, `usage-huge`, `usage-float`, `usage-missing` | odd numbers |
"""  # noqa: E501  (the table is easier to read than its lines are short)

from tests.upstream.server import Upstream

__all__ = ["Upstream"]
