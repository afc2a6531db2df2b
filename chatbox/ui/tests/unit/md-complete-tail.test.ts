// @vitest-environment happy-dom
// Half-typed markdown never shows its marks.

import { expect, test } from 'vitest';
import { completeTail } from '../../src/lib/md/complete-tail';
import { makeView } from './md-support';

test.each([
  ['a **bo', 'a **bo**'], ['a **bold*', 'a **bold**'], ['a **', 'a'], ['*it', '*it*'], ['**a *b', '**a *b***'], ['a `co', 'a `co`'], ['a `', 'a '],
  ['a ``co`d', 'a ``co`d``'], ['~~go', '~~go~~'], ['snake_case', 'snake_case'], ['2 * 3', '2 * 3'], ['a [te', 'a te'], ['a [text](http://x', 'a text'],
  ['a ![alt](http://x', 'a '], ['x[^1', 'x[^1'], ['x [^1', 'x '], ['arr[i', 'arr[i'], ['a \\*b', 'a \\*b'], ['a <ka', 'a '], ['a < b', 'a < b'],
  ['$$x', '$$x$$'], ['\\(x', '\\(x\\)'], ['done **b** *i* `c`', 'done **b** *i* `c`'], ['text\n--', 'text'], ['text\n#', 'text'], ['- a\n-', '- a'],
  ['| a | b', '| a | b |\n| --- | --- |'], ['| a | b |\n|--', '| a | b |\n| --- | --- |'], ['```js\nlet **a', '```js\nlet **a'],
])('%j is shown as %j', (typed, shown) => {
  expect(completeTail(typed).trimEnd()).toBe(shown.trimEnd());
});

test('no prefix of a reply shows emphasis marks, fences, rules or torn links', () => {
  const text = '# Title\n\nSome **bold and *nested* text** with `code`, ~~gone~~ and a [link](http://a.test/x_y).\n\n'
    + '- one **two**\n- [x] three\n\n| a | **b** |\n|---|:-:|\n| `c` | d |\n\n```py\nprint(1)\n```\n\n> quote *em*\n\nSee ![pic](http://img.test/a.png) end.\n';
  for (let length = 1; length <= text.length; length++) {
    const { host, view } = makeView();
    view.append(text.slice(0, length));
    view.flush();
    const seen = host.textContent ?? '';
    expect(seen, JSON.stringify(text.slice(0, length))).not.toMatch(/\*|~|`|#|\||\]\(|!\[|^\s*>|---/);
    view.destroy();
  }
});

test('streaming keeps finished blocks: their nodes are never replaced', () => {
  const { host, view } = makeView();
  view.append('First paragraph.\n\nSecond paragraph here.\n\n');
  view.flush();
  const first = host.firstElementChild;
  for (let step = 0; step < 30; step++) {
    view.append(`Paragraph ${step} goes on.\n\n`);
    view.flush();
  }
  view.finish();
  expect(host.firstElementChild).toBe(first);
  expect(host.childElementCount).toBe(32);
});

test('an open fence grows one text node', () => {
  const { host, view } = makeView();
  view.append('```js\nlet a = 1;\n');
  view.flush();
  const node = host.querySelector('pre code')?.firstChild;
  view.append('let b = 2;\nlet');
  view.flush();
  view.append(' c;\n``');
  view.flush();
  expect(host.querySelector('pre code')?.firstChild).toBe(node);
  expect(node?.textContent).toBe('let a = 1;\nlet b = 2;\nlet c;');
  view.append('`\n\nAfter.');
  view.finish();
  expect(host.querySelector('pre code')?.firstChild).toBe(node);
  expect(host.querySelector('p')?.textContent).toBe('After.');
});
