// MarkdownView: one message's text as DOM, kept up to date while it streams in. Stable blocks are never touched again;
// only the tail is lexed. At the end one full lex repairs what only the whole text can tell (references, footnotes).

import { type MarkdownActions, listen } from './actions';
import { type Block, type Group, groupTokens, isSameSource, mayRefer, rawLength, stableCount, syncChildren } from './blocks';
import { completeTail } from './complete-tail';
import type { RenderContext } from './context';
import { type OpenFence, openFence } from './fence';
import { Footnotes } from './footnotes';
import { renderGroup } from './groups';
import { highlightWithin } from './highlight-queue';
import type { MarkdownLabels } from './labels';
import { type LinkDefinitions, lex, normalise } from './lexer';
import { isMathReady, loadMath, typeset, typesetWithin } from './math-typeset';
import { renderFootnotes } from './render';
import { Pace } from './pace';

export interface MarkdownOptions extends MarkdownActions {
  labels: MarkdownLabels;
  /** The page's origin; absent in a browser. */
  origin?: string;
  /** Colours and formulas; off in tests that compare trees. */
  enrich?: boolean;
  /** Called after the DOM changed. */
  onChange?: () => void;
}

export class MarkdownView {
  readonly #host: HTMLElement;
  readonly #options: MarkdownOptions;
  readonly #pace: Pace;
  readonly #stopListening: () => void;
  #source = '';
  /** A carriage return at the end of a chunk, whose line feed may come with the next. */
  #held = '';
  #committed: Block[] = [];
  #tail: Block[] = [];
  /** First character that is not committed. */
  #offset = 0;
  #fence: OpenFence | null = null;
  /** How far the open fence has taken the source. */
  #fenceEnd = 0;
  #links: LinkDefinitions = {};
  #footnotes = new Footnotes(false);
  #isFinished = true;

  constructor(host: HTMLElement, options: MarkdownOptions) {
    this.#host = host;
    this.#options = options;
    this.#pace = new Pace(() => this.flush());
    this.#stopListening = listen(host, options, () => options.labels);
    host.classList.add('md');
  }

  get source(): string {
    return this.#source + this.#held;
  }

  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** Takes the next piece of a streaming text; it is shown with the next frame that suits. */
  append(text: string): void {
    if (text === '') return;
    if (this.#isFinished) this.#reopen();
    const whole = this.#held + text;
    this.#held = whole.endsWith('\r') ? '\r' : '';
    this.#source += normalise(this.#held === '' ? whole : whole.slice(0, -1));
    this.#pace.request(this.#source.length, this.#source.length - (this.#fence ? this.#fenceEnd : this.#offset));
  }

  /** The text is complete: lexes all of it once and replaces only what differs. */
  finish(): void {
    this.#pace.cancel();
    this.#source += normalise(this.#held);
    this.#held = '';
    this.#settle();
    this.#changed();
  }

  /** Shows a complete text, replacing what was there. A later `append` goes on after it. */
  reset(text: string): void {
    this.#pace.cancel();
    this.#source = normalise(text);
    this.#held = '';
    this.#clear();
    this.#host.replaceChildren();
    this.#settle();
    this.#changed();
  }

  /** Shows what was appended so far at once, without waiting for a frame. */
  flush(): void {
    if (this.#isFinished) return;
    if (this.#fence) this.#feedFence(this.#fence);
    if (!this.#fence) this.#lexTail();
    this.#changed();
  }

  destroy(): void {
    this.#pace.cancel();
    this.#stopListening();
    this.#host.replaceChildren();
    this.#clear();
    this.#source = '';
  }

  /** A finished text goes on: everything but the last block stays. */
  #reopen(): void {
    this.#host.querySelector(':scope > .md-footnotes')?.remove();
    const blocks = this.#tail;
    const isKnown = this.#offset > 0 && blocks.length > 1;
    this.#offset = isKnown ? this.#offset : 0;
    this.#committed = isKnown ? blocks.slice(0, -1) : [];
    this.#tail = isKnown ? blocks.slice(-1) : blocks;
    this.#footnotes = new Footnotes(false);
    this.#isFinished = false;
    this.#host.setAttribute('data-streaming', '');
  }

  #clear(): void {
    this.#committed = [];
    this.#tail = [];
    this.#offset = 0;
    this.#fence = null;
    this.#fenceEnd = 0;
    this.#links = {};
    this.#footnotes = new Footnotes(false);
  }

  #lexTail(): void {
    const source = this.#source.slice(this.#offset);
    const { tokens, links } = lex(source, this.#links);
    const groups = groupTokens(tokens);
    const stable = rawLength(groups) === source.length ? stableCount(groups) : 0;
    const settled = groups.slice(0, stable);
    const rest = groups.slice(stable);
    if (stable > 0) this.#links = links;
    const blocks = settled.filter((group) => group.isVisible).map((group, index) => this.#reuse(group, index));
    this.#offset += rawLength(settled);
    const opened = rest.length === 1 ? openFence(this.#source.slice(this.#offset), this.#options.labels) : null;
    this.#place(blocks, opened ? [] : this.#renderTail(rest, links));
    if (opened) this.#startFence(opened.fence, opened.length);
  }

  /** A tail block whose source did not change is committed as it stands. */
  #reuse(group: Group, index: number): Block {
    const known = this.#tail[index];
    const isSame = known !== undefined && known.raw === group.raw;
    return isSame ? known : { raw: group.raw, node: renderGroup(group, this.#context()) };
  }

  #renderTail(groups: Group[], links: LinkDefinitions): Block[] {
    const shown = groups.filter((group) => group.isVisible);
    const blocks = shown.slice(0, -1).map((group) => this.#block(group));
    const last = shown.at(-1);
    if (!last) return blocks;
    const completed = completeTail(last.raw);
    if (completed === last.raw) return [...blocks, this.#block(last)];
    const again = groupTokens(lex(completed, links).tokens).filter((group) => group.isVisible);
    // An empty raw keeps a completed block from being taken for its own source when it is committed.
    return [...blocks, ...again.map((group) => ({ raw: '', node: renderGroup(group, this.#context()) }))];
  }

  #block(group: Group): Block {
    return { raw: group.raw, node: renderGroup(group, this.#context()) };
  }

  /** Puts newly committed blocks and the new tail where the old tail was. */
  #place(settled: Block[], tail: Block[]): void {
    syncChildren(this.#host, this.#tail[0]?.node ?? null, [...settled, ...tail].map((block) => block.node));
    this.#committed.push(...settled);
    this.#tail = tail;
    for (const { node } of settled) this.#enrich(node);
  }

  #startFence(fence: OpenFence, length: number): void {
    this.#fence = fence;
    this.#fenceEnd = this.#offset + length;
    this.#place([], [{ raw: '', node: fence.node }]);
    this.#feedFence(fence);
    if (!this.#fence) this.#lexTail();
  }

  #feedFence(fence: OpenFence): void {
    fence.hidePartial();
    const rest = this.#source.slice(this.#fenceEnd);
    const { taken, isClosed } = fence.take(rest);
    this.#fenceEnd += taken;
    if (!isClosed) {
      fence.showPartial(this.#source.slice(this.#fenceEnd));
      return;
    }
    const end = this.#source.indexOf('\n', this.#fenceEnd);
    const close = end < 0 ? this.#source.length : end;
    this.#closeFence(fence, close);
  }

  #closeFence(fence: OpenFence, end: number): void {
    const raw = this.#source.slice(this.#offset, end);
    const token = lex(raw).tokens[0];
    if (token?.type === 'code') fence.setText((token as { text: string }).text);
    this.#fence = null;
    this.#offset = end;
    this.#tail = [];
    this.#committed.push({ raw, node: fence.node });
    this.#enrich(fence.node);
  }

  /** One full lex; blocks whose source is the same keep their nodes. */
  #settle(): void {
    const { tokens, links } = lex(this.#source);
    const groups = groupTokens(tokens);
    const old = [...this.#committed, ...this.#tail];
    const isLive = (block: Block | undefined) => block !== undefined && block.node === this.#fence?.node;
    this.#footnotes = new Footnotes(true);
    this.#footnotes.define(tokens);
    const context = this.#context();
    const hasReferences = tokens.some((token) => token.type === 'def') || this.#source.includes('[^');
    const blocks = groups.filter((group) => group.isVisible).map((group, index): Block => {
      const known = old[index];
      const isKept = known && !isLive(known) && isSameSource(known.raw, group.raw) && !(hasReferences && mayRefer(group));
      return isKept ? { raw: group.raw, node: known.node } : this.#replacement(group, known, context);
    });
    const notes = renderFootnotes(context);
    const nodes = blocks.map((block) => block.node);
    syncChildren(this.#host, this.#host.firstChild, notes ? [...nodes, notes] : nodes);
    this.#clear();
    this.#tail = blocks;
    this.#links = links;
    this.#offset = lastBlockOffset(groups, this.#source.length);
    this.#isFinished = true;
    this.#host.removeAttribute('data-streaming');
    this.#enrich(this.#host);
  }

  #replacement(group: Group, known: Block | undefined, context: RenderContext): Block {
    const node = renderGroup(group, context);
    return { raw: group.raw, node: known?.node.isEqualNode(node) ? known.node : node };
  }

  #enrich(root: HTMLElement): void {
    if (this.#options.enrich === false) return;
    highlightWithin(root);
    if (!isMathReady() && root.querySelector('.md-math')) {
      void loadMath().then(() => {
        typesetWithin(this.#host);
        this.#changed();
      });
    }
  }

  #context(): RenderContext {
    const { labels, origin, enrich, imageAddress } = this.#options;
    return {
      labels,
      origin: origin ?? location.origin,
      footnotes: this.#footnotes,
      typeset: enrich === false ? (host, tex) => host.append(tex) : typeset,
      canLoadImages: imageAddress !== undefined,
    };
  }

  #changed(): void {
    this.#options.onChange?.();
  }
}

/** Where the last visible block starts, when the lexer kept count of every character; otherwise 0. */
function lastBlockOffset(groups: readonly Group[], length: number): number {
  if (rawLength(groups) !== length) return 0;
  const last = groups.findLastIndex((group) => group.isVisible);
  return last < 0 ? 0 : rawLength(groups.slice(0, last));
}
