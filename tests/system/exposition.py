"""A strict reader of Prometheus' text format 0.0.4: what it does not know is an error."""

import re
from typing import NamedTuple

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"'
HEAD = re.compile(rf"# (HELP|TYPE) ({NAME}) (.+)")
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? ([0-9.e+-]+|\+Inf)")
ESCAPE = re.compile(r'\\(["\\n])')


class Page(NamedTuple):
    """What a page says: the kind of each family, and each number by its name and labels."""

    kinds: dict[str, str]
    numbers: dict[tuple[str, frozenset[tuple[str, str]]], float]

    def number(self, name: str, /, **labels: str) -> float | None:
        return self.numbers.get((name, frozenset(labels.items())))


def read_page(text: str) -> Page:
    """Read a page; raises AssertionError where it breaks the format."""
    assert text.endswith("\n")
    page = Page({}, {})
    family, helps = "", set()
    for line in text.removesuffix("\n").split("\n"):
        if line.startswith("#"):
            head = HEAD.fullmatch(line)
            assert head, line
            what, family, told = head.groups()
            if what == "HELP":
                assert family not in helps, f"told twice: {line}"
                helps.add(family)
            else:
                assert told in ("counter", "gauge", "histogram"), line
                assert family not in page.kinds, f"told twice: {line}"
                page.kinds[family] = told
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, line
        name, labels, number = sample[1], sample[2] or "", sample[sample.re.groups]
        assert base_of(name, page.kinds) == family, f"outside its family: {line}"
        pairs = re.findall(LABEL, labels)
        found = frozenset((key, unescape(value)) for key, value in pairs)
        assert len(dict(found)) == len(pairs), f"a label twice: {line}"
        assert (name, found) not in page.numbers, f"a number twice: {line}"
        page.numbers[name, found] = float(number)
    assert helps == set(page.kinds)
    check_histograms(page)
    return page


def check_histograms(page: Page) -> None:
    """Buckets grow, and the last one is the count."""
    rows: dict[tuple[str, frozenset[tuple[str, str]]], list[tuple[float, float]]] = {}
    for (name, labels), number in page.numbers.items():
        bounds = [value for key, value in labels if key == "le"]
        if name.endswith("_bucket"):
            rest = frozenset(pair for pair in labels if pair[0] != "le")
            rows.setdefault((name, rest), []).append((float(bounds[0]), number))
        elif page.kinds.get(name) == "counter":
            assert name.endswith("_total"), name
            assert number >= 0, name
    for (name, rest), row in rows.items():
        counts = [count for _, count in sorted(row)]
        assert sorted(row)[-1][0] == float("inf")
        assert counts == sorted(counts)
        assert counts[-1] == page.numbers[name.replace("_bucket", "_count"), rest]
        assert (name.replace("_bucket", "_sum"), rest) in page.numbers


def base_of(name: str, kinds: dict[str, str]) -> str:
    if name in kinds:
        return name
    base = re.sub(r"_(bucket|sum|count)$", "", name)
    assert kinds.get(base) == "histogram", f"no TYPE before {name}"
    return base


def unescape(value: str) -> str:
    return ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], value)
