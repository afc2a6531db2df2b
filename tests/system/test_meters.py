"""Counting, and the text that Prometheus reads."""

import pytest

from chatbox.system.meters import Counter, Histogram, Names, family, gauge, quantile
from tests.system.exposition import read_page


def page_of(*meters: Counter | Histogram) -> str:
    return "".join(f"{line}\n" for meter in meters for line in meter.lines())


def test_any_label_value_comes_back_as_it_was() -> None:
    counter = Counter("odd_total", "Odd names.\nIn two lines, with a \\.", ("name",))
    names = ['a"b', "back\\slash", "two\nlines", "\\n", "中文", "", 'x"} 1', '{le="1"}']
    for name in names:
        counter.add(name)
    page = read_page(page_of(counter))
    assert [page.number("odd_total", name=name) for name in names] == [1.0] * len(names)


def test_a_counter_without_labels_begins_at_zero_and_one_with_labels_with_nothing() -> None:
    assert read_page(page_of(Counter("plain_total", "Plain."))).number("plain_total") == 0
    assert page_of(Counter("labelled_total", "Labelled.", ("a",))) == ""


def test_a_value_on_a_bound_belongs_below_it() -> None:
    histogram = Histogram("seconds", "Seconds.", (0.1, 1.0))
    for value in (0.05, 0.1, 0.2, 1.0, 7.0):
        histogram.observe(value)
    page = read_page(page_of(histogram))
    found = [page.number("seconds_bucket", le=bound) for bound in ("0.1", "1.0", "+Inf")]
    assert found == [2, 4, 5]
    assert page.number("seconds_sum") == pytest.approx(8.35)


def test_histograms_of_several_labels_add_up() -> None:
    histogram = Histogram("seconds", "Seconds.", (1.0, 2.0), ("route",))
    histogram.observe(0.5, "/a")
    histogram.observe(1.5, "/b")
    histogram.observe(9.0, "/c")
    assert histogram.counts() == [1, 1, 1, 11.0]
    assert histogram.counts(lambda labels: labels[0] != "/c") == [1, 1, 0, 2.0]
    read_page(page_of(histogram))


def test_names_beyond_the_first_few_are_other() -> None:
    names = Names(2)
    assert names.bound("a", "x") == ("a", "x")
    assert names.bound("b", "x") == ("b", "x")
    assert names.bound("c", "x") == ("other", "other")
    assert names.bound("a", "x") == ("a", "x")


def test_what_is_not_known_is_left_out() -> None:
    assert list(gauge("memory_bytes", "Memory.", None)) == []
    assert list(family("x", "gauge", "X.", ("a",), [])) == []


def test_a_quantile_lies_between_the_bounds_of_its_bucket() -> None:
    bounds = (1.0, 2.0, 4.0)
    assert quantile([0, 0, 0, 0, 0.0], bounds, 0.95) is None
    assert quantile([10, 0, 0, 0, 5.0], bounds, 0.5) == pytest.approx(0.5)
    assert quantile([0, 10, 10, 0, 40.0], bounds, 0.75) == pytest.approx(3.0)
    assert quantile([0, 0, 0, 3, 99.0], bounds, 0.95) == 4.0
