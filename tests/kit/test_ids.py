"""Public ids and times."""

import re
import time

import pytest

from chatbox.kit.clock import now_ms, optional_rfc3339, rfc3339
from chatbox.kit.ids import is_id, new_id

ID = "0199aaaa-0000-7000-8000-000000000001"


def test_ids_are_uuids_of_version_7_and_never_the_same() -> None:
    ids = {new_id() for _ in range(10_000)}
    assert len(ids) == 10_000
    form = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    assert all(form.fullmatch(one) and is_id(one) for one in ids)


def test_ids_hold_the_time_they_were_made_at() -> None:
    before = time.time_ns() // 1_000_000
    made = int(new_id().replace("-", "")[:12], 16)
    assert before <= made <= time.time_ns() // 1_000_000


@pytest.mark.parametrize(
    "text",
    ["", "x", "0" * 36, "é" * 36, ID.upper(), f"{ID}\n", f"{{{ID}}}", ID[:-1]],
)
def test_other_texts_are_no_ids(text: str) -> None:
    assert not is_id(text)


def test_times_are_rfc_3339_in_utc_to_the_millisecond() -> None:
    assert rfc3339(0) == "1970-01-01T00:00:00.000Z"
    assert rfc3339(1_795_324_603_120) == "2026-11-22T05:16:43.120Z"
    assert rfc3339(1_795_324_603_007).endswith("43.007Z")
    assert optional_rfc3339(None) is None
    assert optional_rfc3339(0) == rfc3339(0)
    assert abs(now_ms() - time.time() * 1000) < 5_000
