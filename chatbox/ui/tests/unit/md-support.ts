// Shared by the markdown tests: labels, a view without colours and formulas, and seeded randomness.

import type { MarkdownLabels } from '../../src/lib/md/labels';
import { type MarkdownOptions, MarkdownView } from '../../src/lib/md/stream';

export const labels: MarkdownLabels = {
  copy: 'Copy', copied: 'Copied', copyFailed: 'Copying failed', wrap: 'Wrap lines', download: 'Download', code: 'Code',
  table: 'Table', copyMarkdown: 'Copy as Markdown', copyCsv: 'Copy as CSV', copyTsv: 'Copy as TSV',
  imageFrom: (host) => `Image from ${host}`, imageUnknown: 'Image', loadImage: 'Load', openImage: 'Open',
  footnotes: 'Footnotes', footnote: (number) => `Footnote ${number}`, backToText: 'Back to the text',
  taskDone: 'Done', taskOpen: 'Not done',
};

export const origin = 'http://chat.test';

export function makeView(extra: Partial<MarkdownOptions> = {}): { host: HTMLElement; view: MarkdownView } {
  const host = document.createElement('div');
  document.body.replaceChildren(host);
  const view = new MarkdownView(host, { labels, origin, enrich: false, copyText: async () => true, ...extra });
  return { host, view };
}

export function rendered(text: string): HTMLElement {
  const { host, view } = makeView();
  view.reset(text);
  return host;
}

/** Streams a text in the given pieces, showing each. */
export function streamed(pieces: readonly string[]): HTMLElement {
  const { host, view } = makeView();
  for (const piece of pieces) {
    view.append(piece);
    view.flush();
  }
  view.finish();
  return host;
}

export type Random = () => number;

/** mulberry32: small, seeded, good enough to pick test cases. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)] as Item;
}

/** Cuts a text into pieces of 1 to `longest` characters. */
export function chunks(random: Random, text: string, longest: number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const size = 1 + Math.floor(random() * longest);
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces;
}
