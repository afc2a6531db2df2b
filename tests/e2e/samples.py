"""What the screenshots and measurements show: a good-looking chat, a long reply, a long session."""

import json
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

import chatbox.db  # noqa: F401  (chooses the SQLite library for the next line)

import sqlite3  # isort: skip

QUESTION = "How fast is binary search? Show it in Python, please."
ANSWER = """Binary search halves the range it looks at with every comparison. For $n$ sorted values
it needs at most $\\lceil \\log_2 (n + 1) \\rceil$ steps, so
**a million values take 20 comparisons**.

```python
def find(values: list[int], wanted: int) -> int:
    \"\"\"The place of a value in a sorted list.\"\"\"
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if values[middle] < wanted else (low, middle)
    return low
```

Each step leaves half of the range, so after $k$ steps

$$
n \\cdot \\left(\\tfrac{1}{2}\\right)^k \\le 1 \\quad\\Longleftrightarrow\\quad k \\ge \\log_2 n .
$$

| values | linear search | binary search |
|-------:|--------------:|--------------:|
| 1,000 | 1,000 | 10 |
| 1,000,000 | 1,000,000 | 20 |
"""
THOUGHT = (
    "The user asks for the complexity and an implementation. I should give the bound, a short and"
    " correct function with half-open ranges, and mention bisect."
)
QUESTION_ZH = "二分查找有多快？请用一个小例子说明。"
ANSWER_ZH = """二分查找每比较一次，就把查找范围缩小一半。
对 $n$ 个已排序的数，最多需要 $\\lceil\\log_2(n+1)\\rceil$ 次比较。

```python
import bisect

numbers = [2, 3, 5, 7, 11, 13]
position = bisect.bisect_left(numbers, 7)  # 3
```

1. **前提**：列表必须先排好序。
2. **适用**：同一个列表要查很多次。

> 如果只查一次，顺序查找反而更省事。
"""
TITLES = (
    "Packing list for Lisbon",
    "Explain TCP slow start",
    "Recipe for plum cake",
    "Regular expression for dates",
    "Letter to the landlord",
    "SQL window functions",
)


def long_reply(size: int = 40_000) -> str:
    """Headings, paragraphs, lists, tables and code: about so many characters."""
    parts: list[str] = []
    count = 0
    while sum(map(len, parts)) < size:
        count += 1
        parts.append(
            f"\n## Part {count}\n\nA paragraph with **weight**, *emphasis*, `code` and a"
            f" [link](https://example.org/{count}). " + "It goes on for a while. " * 12 + "\n\n"
            "1. First\n2. Second with `code`\n   - nested\n3. Third\n\n"
            "| left | centre | right |\n|:--|:-:|--:|\n| a | b | 1,234 |\n| c | d | 5 |\n\n"
            f"```python\ndef part_{count}(values: list[int]) -> int:\n    return sum(values)\n```\n"
        )
    return "".join(parts)[:size]


def fill(
    database: Path, session: str, messages: Sequence[tuple[str, list[dict[str, str]]]]
) -> None:
    """Write messages below an empty session into the file of a server that is down."""
    now = int(time.time() * 1_000) - len(messages)
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN")
    row = connection.execute("SELECT id, model FROM sessions WHERE public_id = ?", (session,))
    session_id, model = row.fetchone()
    parent = None
    for number, (role, parts) in enumerate(messages):
        reply = role == "assistant"
        usage = {"input_tokens": 412, "output_tokens": 386, "cached_tokens": 0}
        cursor = connection.execute(
            """
            INSERT INTO messages (public_id, session_id, parent_id, role, status, parts, model,
                finish_reason, usage, created_at, finished_at)
            VALUES (?, ?, ?, ?, 'done', ?, ?, ?, ?, ?, ?)
            """,
            (
                str(uuid.uuid4()),
                session_id,
                parent,
                role,
                json.dumps(parts),
                model if reply else None,
                "stop" if reply else None,
                json.dumps(usage) if reply else None,
                now + number,
                now + number,
            ),
        )
        parent = cursor.lastrowid
    connection.execute(
        "UPDATE sessions SET active_leaf_id = ?, message_count = ?, last_message_at = ?"
        " WHERE id = ?",
        (parent, len(messages), now, session_id),
    )
    connection.execute("COMMIT")
    connection.close()


def text(words: str) -> list[dict[str, str]]:
    """The parts of a message that is only text."""
    return [{"type": "text", "text": words}]


def conversation(count: int) -> list[tuple[str, list[dict[str, str]]]]:
    """So many messages of mixed length."""
    replies = [ANSWER, "A short answer.", "- one\n- two\n\n`code` and **more**.", "Words. " * 120]
    return [
        ("assistant", text(replies[number // 2 % len(replies)]))
        if number % 2
        else ("user", text(f"Question {number // 2}: what about it?"))
        for number in range(count)
    ]
