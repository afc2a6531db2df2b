// @vitest-environment happy-dom
// Hostile text makes no element outside the allow-list, no handler, no address that runs, during the stream and after.

import { expect, test } from 'vitest';
import payloads from '../fixtures/xss.json';
import { labels, makeView, origin, rendered } from './md-support';
import { loadMath } from '../../src/lib/md/math-typeset';
import { MarkdownView } from '../../src/lib/md/stream';

const TAGS = new Set(('a blockquote br button code del details div em h3 h4 h5 h6 hr img input kbd li ol p pre section span strong sub '
  + 'summary sup table tbody td th thead tr ul').split(' '));
const ATTRIBUTES = new Set(('alt aria-label aria-pressed checked class data-action data-host data-lang data-ref data-tex data-url dir disabled '
  + 'href id loading open referrerpolicy rel role scope src start tabindex target title type').split(' '));
const INLINE_IMAGE = /^data:image\/(png|jpeg|gif|webp|avif);base64,[A-Za-z0-9+/=]+$/;

function problems(root: Element): string[] {
  const found: string[] = [];
  for (const node of root.querySelectorAll('*')) {
    if (node.closest('.katex')) continue;
    const tag = node.tagName.toLowerCase();
    if (!TAGS.has(tag)) found.push(`element ${tag}`);
    if (node.namespaceURI !== 'http://www.w3.org/1999/xhtml') found.push(`namespace ${node.namespaceURI}`);
    for (const { name, value } of node.attributes) {
      if (!ATTRIBUTES.has(name) || name.startsWith('on')) found.push(`attribute ${name} on ${tag}`);
      if (name === 'href') found.push(...problemsOfLink(node, value));
      if (name === 'src' && !INLINE_IMAGE.test(value)) found.push(`src ${value}`);
      if (name === 'data-action' && tag !== 'button') found.push(`action on ${tag}`);
    }
  }
  return found;
}

function problemsOfLink(node: Element, href: string): string[] {
  const url = new URL(href, origin);
  const found: string[] = [];
  if (!['http:', 'https:', 'mailto:', 'tel:'].includes(url.protocol)) found.push(`scheme ${href}`);
  if (url.username !== '') found.push(`credentials ${href}`);
  if (node.getAttribute('rel') !== 'noopener noreferrer nofollow') found.push(`rel of ${href}`);
  return found;
}

/** KaTeX's own output: spans, MathML and its few drawings; no link, image, handler or address. */
function problemsOfMath(root: Element): string[] {
  const found: string[] = [];
  for (const node of root.querySelectorAll('.katex *')) {
    if (/^(a|img|script|iframe|object|embed|style|link|form|input|button)$/i.test(node.tagName)) found.push(node.tagName);
    for (const { name, value } of node.attributes) {
      if (/^on|^(href|src|id|xlink:href)$|^data-/.test(name)) found.push(`${name}=${value}`);
      if (name === 'style' && /url\(|position\s*:\s*fixed|inset/.test(value)) found.push(value);
    }
  }
  return found;
}

test('the corpus is large and has no twins', () => {
  expect(payloads.length).toBeGreaterThanOrEqual(150);
  expect(new Set(payloads.map(({ text }) => text)).size).toBe(payloads.length);
});

test.each(payloads)('shown at once: $kind $text', ({ text }) => {
  expect(problems(rendered(text))).toEqual([]);
});

test('streamed letter by letter, checked at every step', () => {
  for (const { text } of payloads) {
    const { host, view } = makeView();
    for (const letter of text) {
      view.append(letter);
      view.flush();
      expect(problems(host), `${text} at ${letter}`).toEqual([]);
    }
    view.finish();
    expect(problems(host), text).toEqual([]);
  }
});

test('payloads stay harmless inside lists, quotes, tables, details and bold', () => {
  for (const { text } of payloads) {
    const flat = text.replace(/\n/g, ' ');
    const wrapped = [`- ${flat}`, `> ${flat}`, `| a |\n|---|\n| ${flat} |`, `<details>\n<summary>${flat}</summary>\n\n${text}\n\n</details>`, `**${flat}**`, `[${flat}](http://a.test)`, `x[^1]\n\n[^1]: ${flat}`];
    for (const outer of wrapped) expect(problems(rendered(outer)), outer).toEqual([]);
  }
});

test('nothing runs and nothing but cards stands for remote images', () => {
  for (const { text } of payloads) {
    const host = rendered(text);
    expect((globalThis as { pwn?: number }).pwn).toBeUndefined();
    for (const image of host.querySelectorAll('img')) expect(image.getAttribute('src')).toMatch(INLINE_IMAGE);
  }
});

test('formulas give no link, image, handler or covering style', async () => {
  Object.defineProperty(document, 'compatMode', { value: 'CSS1Compat' }); // KaTeX refuses quirks mode
  await loadMath();
  let typeset = 0;
  for (const { text } of payloads.filter(({ kind }) => kind === 'math')) {
    const host = document.createElement('div');
    const view = new MarkdownView(host, { labels, origin, copyText: async () => true });
    view.reset(text);
    expect(problems(host), text).toEqual([]);
    expect(problemsOfMath(host), text).toEqual([]);
    typeset += host.querySelectorAll('.katex').length;
    view.destroy();
  }
  expect(typeset).toBeGreaterThan(5);
});
