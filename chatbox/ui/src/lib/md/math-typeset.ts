// KaTeX, loaded on the first formula. katex.render builds DOM nodes, so the page's policy against HTML strings holds.

import type { KatexOptions } from 'katex';
import { loadStyles } from '../platform/styles';

type Typeset = (tex: string, host: HTMLElement, options: KatexOptions) => void;

const MAX_TEX = 5_000;
const MAX_CACHED = 300;

let typesetter: Typeset | null = null;
let loading: Promise<void> | null = null;
const typesetNodes = new Map<string, Node[]>();

/** Fills `host` with the formula, or with its source until KaTeX is there. */
export function typeset(host: HTMLElement, tex: string, display: boolean): void {
  if (tex.length > MAX_TEX || !typesetter) {
    showSource(host, tex);
    return;
  }
  const key = (display ? 'd' : 'i') + tex;
  const known = typesetNodes.get(key);
  const nodes = known ?? build(typesetter, tex, display);
  if (!known) remember(key, nodes);
  if (nodes.length === 0) showSource(host, tex, true);
  else host.replaceChildren(...nodes.map((node) => node.cloneNode(true)));
}

export function isMathReady(): boolean {
  return typesetter !== null;
}

/** Loads KaTeX once; a failed load may be tried again later. */
export function loadMath(): Promise<void> {
  loading ??= import('katex').then(
    (module) => {
      void loadStyles('katex');
      typesetter = module.default.render;
    },
    () => {
      loading = null;
    },
  );
  return loading;
}

/** Typesets the formulas under `root` that still show their source. */
export function typesetWithin(root: ParentNode): void {
  for (const host of root.querySelectorAll<HTMLElement>('.md-math[data-tex]')) {
    if (host.querySelector('.katex')) continue;
    typeset(host, host.getAttribute('data-tex') ?? '', host.classList.contains('md-math-display'));
  }
}

function build(render: Typeset, tex: string, display: boolean): Node[] {
  const box = document.createElement('span');
  try {
    render(tex, box, {
      displayMode: display, trust: false, maxExpand: 200, maxSize: 40, strict: 'ignore', throwOnError: true,
    });
    return [...box.childNodes];
  } catch {
    return [];
  }
}

function remember(key: string, nodes: Node[]): void {
  if (typesetNodes.size >= MAX_CACHED) {
    const oldest = typesetNodes.keys().next().value;
    if (oldest !== undefined) typesetNodes.delete(oldest);
  }
  typesetNodes.set(key, nodes);
}

function showSource(host: HTMLElement, tex: string, isWrong = false): void {
  const source = document.createElement('code');
  source.textContent = tex;
  source.className = isWrong ? 'md-math-source md-math-wrong' : 'md-math-source';
  host.replaceChildren(source);
}
