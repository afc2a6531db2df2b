// @vitest-environment happy-dom
// Whatever the text and however it is cut, the streamed DOM equals the DOM made in one go.

import { expect, test } from 'vitest';
import { type Random, chunks, makeView, pick, rendered, seeded, streamed } from './md-support';

const WORDS = ['alpha', 'naïve', '模型', 'مرحبا', '**bold', 'bold**', '*em*', '_x_', '`code`', '`', '``', '~~gone~~', '[link](http://a.test/b)',
  '[ref]', '[ref][r]', '![pic](http://img.test/a.png)', '![', '](', '[^1]', '[^note]', '$5', '$x^2$', '$$y$$', '\\(z\\)', '\\[', '\\*',
  '<br>', '<kbd>', '</kbd>', '<b>', '</b>', '&amp;', '&lt;', 'https://x.test/p?q=1', 'a@b.test', '|', '\\', '>', '#', '-', '1.', '\t', '🙂',
  '<details>', '</details>', '<summary>', '</summary>', '<!-- c -->', '==', '--', '*', '_', '***', '___', 'US$', '10$'];

const BLOCKS: ((random: Random) => string)[] = [
  (random) => line(random, 12),
  (random) => `${line(random, 6)}\n${line(random, 6)}`,
  (random) => `${'#'.repeat(1 + Math.floor(random() * 6))} ${line(random, 4)}`,
  (random) => `${line(random, 3)}\n${pick(random, ['===', '---', '=', '-', '--'])}`,
  (random) => many(random, 4, () => `- ${line(random, 5)}`),
  (random) => many(random, 4, (index) => `${index + 1}. ${line(random, 5)}`),
  (random) => `- ${line(random, 3)}\n\n  ${line(random, 3)}\n- ${line(random, 3)}\n    - ${line(random, 2)}`,
  (random) => `- [ ] ${line(random, 3)}\n- [x] ${line(random, 3)}`,
  (random) => `> ${line(random, 5)}\n> ${line(random, 5)}\n${pick(random, ['', '>> deep', 'lazy line'])}`,
  (random) => `${pick(random, ['```', '~~~', '````'])}${pick(random, ['', 'py', 'c++ title'])}\n${line(random, 5)}\n\n  ${line(random, 3)}\n${pick(random, ['```', '~~~', '````', ''])}`,
  (random) => `  \`\`\`js\n  ${line(random, 3)}\n  \`\`\``,
  (random) => `- item\n  \`\`\`sh\n  ${line(random, 3)}\n  \`\`\`\n- next`,
  (random) => `    ${line(random, 4)}\n\n    ${line(random, 4)}`,
  (random) => `| ${pick(random, WORDS)} | b |\n|---|:-:|\n| ${pick(random, WORDS)} | ${line(random, 2)} |\n| 1 |`,
  () => '***', () => '---', () => '',
  (random) => `[r]: http://ref.test/${Math.floor(random() * 9)} "title"`,
  (random) => `[ref]: <http://ref.test/x>\n[other]: /y\n${line(random, 2)}`,
  (random) => `[^1]: ${line(random, 4)}\n[^note]: ${line(random, 2)}\n  more\n\n  still`,
  (random) => `$$\n${line(random, 3)}\n\n- b\n$$`,
  (random) => `text\n\\[\n${line(random, 2)}\n\\]`,
  (random) => `<details>\n<summary>${pick(random, WORDS)}</summary>\n\n${line(random, 4)}\n\n${pick(random, ['</details>', ''])}`,
  (random) => `<div align="center">\n${line(random, 3)}\n</div>`,
  (random) => `<script>alert(1)</script>${line(random, 2)}`,
];

function line(random: Random, most: number): string {
  const count = 1 + Math.floor(random() * most);
  return Array.from({ length: count }, () => pick(random, WORDS)).join(pick(random, [' ', ' ', ' ', '']));
}

function many(random: Random, most: number, make: (index: number) => string): string {
  return Array.from({ length: 1 + Math.floor(random() * most) }, (_, index) => make(index)).join(pick(random, ['\n', '\n\n']));
}

function randomDocument(random: Random): string {
  const count = 1 + Math.floor(random() * 7);
  const gap = () => pick(random, ['\n\n', '\n\n', '\n', '\n\n\n', '\r\n', '\r\n\r\n']);
  return Array.from({ length: count }, () => pick(random, BLOCKS)(random) + gap()).join('');
}

test('streamed text ends as the same tree as text shown at once', () => {
  const differing: string[] = [];
  for (let seed = 1; seed <= 2_000; seed++) {
    const random = seeded(seed);
    const text = randomDocument(random);
    const pieces = chunks(random, text, pick(random, [1, 3, 8, 24, 200]));
    const [live, whole] = [streamed(pieces), rendered(text)];
    if (!live.isEqualNode(whole) || live.innerHTML !== whole.innerHTML) differing.push(`seed ${seed}: ${JSON.stringify(text)}`);
  }
  expect(differing.slice(0, 3)).toEqual([]);
}, 120_000);

test('a finished text can go on', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seeded(seed);
    const text = randomDocument(random).replaceAll('\r', '');
    const cut = Math.floor(random() * text.length);
    const { host, view } = makeView();
    view.reset(text.slice(0, cut));
    for (const piece of chunks(random, text.slice(cut), 10)) {
      view.append(piece);
      view.flush();
    }
    view.finish();
    expect(host.innerHTML, `seed ${seed}`).toBe(rendered(text).innerHTML);
  }
}, 60_000);
