// @vitest-environment happy-dom
// Tables and their copies, links, images, tasks, footnotes, details, buttons, hostile sizes.

import { expect, test, vi } from 'vitest';
import { tableText } from '../../src/lib/md/copy';
import { allowedLink, imageSource, namesAnotherHost } from '../../src/lib/md/urls';
import { labels, makeView, origin, rendered } from './md-support';

const TABLE = '| Name | n |\n|:--|--:|\n| a, "b" | 1 |\n| =SUM(A1) | -2.5 |\n| **x** $y$ | c<br>d |\n';

test('a table copies as Markdown, CSV and TSV', () => {
  const table = rendered(TABLE).querySelector('table') as HTMLTableElement;
  expect(tableText(table, 'csv')).toBe('Name,n\r\n"a, ""b""",1\r\n\'=SUM(A1),-2.5\r\nx $y$,"c\nd"\r\n');
  expect(tableText(table, 'tsv')).toBe("Name\tn\na, \"b\"\t1\n'=SUM(A1)\t-2.5\nx $y$\tc d\n");
  expect(tableText(table, 'md').split('\n').slice(0, 2)).toEqual(['| Name | n |', '| :--- | ---: |']);
});

test('tables and code can be reached and scrolled by keyboard', () => {
  const host = rendered(`${TABLE}\n\`\`\`py\nx\n\`\`\`\n`);
  for (const region of host.querySelectorAll('[role=region]')) {
    expect(region.getAttribute('tabindex')).toBe('0');
    expect(region.getAttribute('aria-label')).toBeTruthy();
  }
  expect(host.querySelectorAll('[role=region]')).toHaveLength(2);
});

test('copying code says whether it worked', async () => {
  const copyText = vi.fn().mockResolvedValueOnce(true).mockResolvedValueOnce(false);
  const announce = vi.fn();
  const { host, view } = makeView({ copyText, announce });
  view.reset('```py\nprint(1)\n```');
  const button = host.querySelector<HTMLElement>('[data-action=copy-code]') as HTMLElement;
  button.click();
  await vi.waitFor(() => expect(button.textContent).toBe(labels.copied));
  expect(copyText).toHaveBeenCalledWith('print(1)');
  button.click();
  await vi.waitFor(() => expect(button.textContent).toBe(labels.copyFailed));
  expect(announce).toHaveBeenLastCalledWith(labels.copyFailed);
});

test('links say where they go', () => {
  expect(allowedLink('/c/1?x#y', origin)).toEqual({ href: '/c/1?x#y', host: null });
  expect(allowedLink('https://EXAMPLE.com/a', origin)?.host).toBe('example.com');
  expect(allowedLink('//evil.test', origin)?.host).toBe('evil.test');
  expect(allowedLink('javascript:1', origin)).toBeNull();
  expect(namesAnotherHost('https://good.test/login', 'evil.test')).toBe(true);
  expect(namesAnotherHost('www.good.test', 'good.test')).toBe(false);
  expect(namesAnotherHost('read the docs', 'good.test')).toBe(false);
  expect(rendered('[good.test](http://evil.test)').textContent).toContain('(evil.test)');
  expect(rendered('[docs](http://a.test)').querySelector('a')?.getAttribute('data-host')).toBe('a.test');
});

test('remote images are cards that name the host', () => {
  const host = rendered('![chart](https://img.test/a.png) ![dot](data:image/png;base64,AAAA)');
  expect(host.querySelector('.md-image-card')?.textContent).toContain('img.test');
  expect([...host.querySelectorAll('img')].map((image) => image.getAttribute('src'))).toEqual(['data:image/png;base64,AAAA']);
  expect(imageSource('data:image/svg+xml;base64,AAAA', origin).kind).toBe('refused');
});

test('directions, tasks, footnotes and details', () => {
  const host = rendered('مرحبا\n\n- [x] a\n- [ ] b\n\ntext[^n] and [^none]\n\n[^n]: Note.\n\n<details>\n<summary>S</summary>\n\n**in**\n\n</details>\n');
  expect(host.querySelector('p')?.getAttribute('dir')).toBe('auto');
  expect([...host.querySelectorAll('input')].map((box) => box.hasAttribute('checked'))).toEqual([true, false]);
  expect(host.querySelector('sup')?.textContent).toBe('1');
  expect(host.textContent).toContain('[^none]');
  expect(host.querySelector('.md-footnotes li')?.textContent).toContain('Note.');
  expect(host.querySelector('details > summary')?.textContent).toBe('S');
  expect(host.querySelector('details strong')?.textContent).toBe('in');
});

test.each([
  ['[', 50_000], ['*', 50_000], ['>', 5_000], ['- ', 5_000], ['word ', 200_000], ['`', 50_000], ['<details>\n', 3_000], ['$$\n', 10_000], ['[^a]: ', 3_000], ['![', 20_000],
])('%j x %i is shown without hanging', (piece, count) => {
  const started = performance.now();
  const host = rendered(piece.repeat(count));
  expect(performance.now() - started).toBeLessThan(3_000);
  expect(host.childElementCount).toBeGreaterThan(0);
});
