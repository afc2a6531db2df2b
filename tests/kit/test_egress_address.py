"""How a URL must be written, whoever enters it."""

import pytest

from chatbox.kit.egress import InvalidURL, check_url


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:80\\@example.com/",
        "http://a@b@127.0.0.1/",
        "http://user:pw@example.com/",
        "http://exa\tmple.com/",
        "http://exa\nmple.com/",
        "http://exa mple.com/",
        "http://example.com/\u00a0",
        "http://example.com/\u202e",
        "http:///127.0.0.1/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://example.com:-1/",
        "http://example.com:x/",
        "http://exam%70le.com/",
        "http://a..b/",
        "http://.a/",
        "http://[::1/",
        "http://[1]/",
        "http://" + "a" * 3_000,
        "http://" + "a." * 200 + "com",
        "ftp://example.com/",
        "file:///etc/passwd",
        "//example.com/",
        "http:example.com",
        "example.com",
        "javascript:alert(1)",
        "",
    ],
)
def test_urls_that_parsers_could_read_in_two_ways_are_invalid(url: str) -> None:
    with pytest.raises(InvalidURL) as caught:
        check_url(url)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:11434/v1",
        "HTTPS://API.example.com/v1/",
        "http://[::1]:8080/v1",
        "http://münchen.example/v1?x=@y",
        "http://my_box.lan:1234/v1",
        "http://localhost:65535",
    ],
)
def test_usual_urls_are_valid(url: str) -> None:
    assert check_url(url).host
