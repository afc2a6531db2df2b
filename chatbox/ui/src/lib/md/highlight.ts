// Syntax colours: highlight.js parses, an emitter of our own builds DOM spans. Core and grammars load on first use.

import type { Emitter, HLJSApi } from 'highlight.js';
import { element } from './dom';
import { grammarName, loadGrammars } from './languages';

const MAX_CODE = 100_000;

/** The seven colours that styles/code.css knows, by highlight.js scope. */
const CLASS_OF_SCOPE: Record<string, string> = {
  keyword: 'keyword', 'meta-keyword': 'keyword', literal: 'keyword', 'selector-tag': 'keyword', doctag: 'keyword', name: 'keyword',
  string: 'string', regexp: 'string', char: 'string', addition: 'string', link: 'string', code: 'string', symbol: 'string',
  number: 'number', 'template-variable': 'number', variable: 'number', attr: 'number', bullet: 'number', params: 'plain',
  title: 'function', section: 'function', built_in: 'function', attribute: 'function', property: 'function', 'selector-class': 'function', 'selector-id': 'function',
  comment: 'comment', quote: 'comment', meta: 'comment', formula: 'comment',
  type: 'type', class: 'type', tag: 'type', 'selector-attr': 'type', 'selector-pseudo': 'type', namespace: 'type',
  deletion: 'error', emphasis: 'emphasis', strong: 'strong',
};

/** Receives highlight.js's scopes and builds the spans as it goes. */
class DomEmitter implements Emitter {
  readonly fragment = document.createDocumentFragment();
  readonly #open: Node[] = [this.fragment];

  addText(text: string): void {
    if (text !== '') this.#top().appendChild(document.createTextNode(text));
  }

  startScope(scope: string): void {
    const base = scope.split('.', 1)[0] ?? scope;
    const kind = Object.hasOwn(CLASS_OF_SCOPE, base) ? CLASS_OF_SCOPE[base] : 'plain';
    const span = element('span', { class: `syn-${scope === 'title.class' ? 'type' : kind}` });
    this.#top().appendChild(span);
    this.#open.push(span);
  }

  endScope(): void {
    if (this.#open.length > 1) this.#open.pop();
  }

  openNode(scope: string): void {
    this.startScope(scope);
  }

  closeNode(): void {
    this.endScope();
  }

  __addSublanguage(emitter: DomEmitter): void {
    this.#top().appendChild(emitter.fragment);
  }

  finalize(): void {
    this.#open.length = 1;
  }

  toHTML(): string {
    return '';
  }

  #top(): Node {
    return this.#open.at(-1) ?? this.fragment;
  }
}

let highlighter: Promise<HLJSApi> | null = null;
const ready = new Set<string>();

async function load(): Promise<HLJSApi> {
  const api = (await import('highlight.js/lib/core')).default.newInstance();
  api.configure({ __emitter: DomEmitter as unknown as never });
  return api;
}

/** Colours one `<code>` element in place; leaves it alone when the language is unknown or the code very long. */
export async function highlightElement(code: HTMLElement): Promise<void> {
  const name = grammarName(code.getAttribute('data-lang') ?? '');
  const text = code.textContent ?? '';
  if (name === null || text === '' || text.length > MAX_CODE) return;
  try {
    highlighter ??= load();
    const api = await highlighter;
    if (!ready.has(name)) {
      for (const [each, grammar] of await loadGrammars(name)) api.registerLanguage(each, grammar);
      ready.add(name);
    }
    if (code.textContent !== text) return;
    const result = api.highlight(text, { language: name, ignoreIllegals: true });
    code.replaceChildren((result._emitter as unknown as DomEmitter).fragment);
  } catch {
    highlighter = null; // A chunk did not load or a grammar failed: plain code is fine.
  }
}
