// Block tokens to DOM. Only the elements of dom.ts are ever made; nothing is parsed as HTML.

import type { Token, Tokens } from 'marked';
import { codeBlock, languageOf } from './code-block';
import type { RenderContext } from './context';
import { actionButton, appendText, element } from './dom';
import { decodeEntities } from './entities';
import { isFootnoteDef } from './footnotes';
import { htmlPieces } from './html-tags';
import { checkbox, mathNode, renderInline } from './inline';
import { isMath } from './math';
import { tableNode } from './table';

/** Model headings start below the page's own; `md-h1` to `md-h6` keep the written rank for the eye. */
const HEADINGS = ['h3', 'h4', 'h5', 'h6', 'h6', 'h6'] as const;

/** Recognised HTML elements inside one another. */
const MAX_DETAILS = 16;

export function renderBlocks(tokens: readonly Token[], parent: HTMLElement, context: RenderContext): void {
  const open: HTMLElement[] = [parent];
  for (const token of tokens) {
    const target = open.at(-1) ?? parent;
    if (token.type === 'html') renderHtml(token.raw, open);
    else renderBlock(token, target, context);
  }
}

function renderBlock(token: Token, parent: HTMLElement, context: RenderContext): void {
  if (isMath(token)) {
    parent.append(element('div', { class: 'md-math-block' }, mathNode(token.tex, token.display, context)));
    return;
  }
  if (isFootnoteDef(token)) return;
  switch (token.type) {
    case 'space':
    case 'def': return;
    case 'heading': return renderHeading(token as Tokens.Heading, parent, context);
    case 'paragraph': return renderProse('p', token as Tokens.Paragraph, parent, context);
    case 'code': return renderCode(token as Tokens.Code, parent, context);
    case 'list': return renderList(token as Tokens.List, parent, context);
    case 'blockquote': return renderQuote(token as Tokens.Blockquote, parent, context);
    case 'table': return void parent.append(tableNode(token as Tokens.Table, context));
    case 'hr': return void parent.append(element('hr'));
    case 'checkbox': return void parent.append(checkbox((token as Tokens.Checkbox).checked, context), ' ');
    default: return renderInline([token], parent, context);
  }
}

function renderHeading(token: Tokens.Heading, parent: HTMLElement, context: RenderContext): void {
  const node = element(HEADINGS[token.depth - 1] ?? 'h6', { class: `md-h${token.depth}`, dir: 'auto' });
  renderInline(token.tokens, node, context);
  parent.append(node);
}

function renderProse(tag: 'p', token: Tokens.Paragraph, parent: HTMLElement, context: RenderContext): void {
  // Inside a list the list itself carries the direction, and dir on its children would hide their text from it.
  const node = parent.tagName === 'LI' ? element(tag) : element(tag, { dir: 'auto' });
  renderInline(token.tokens, node, context);
  parent.append(node);
}

function renderCode(token: Tokens.Code, parent: HTMLElement, context: RenderContext): void {
  parent.append(codeBlock(token.text, languageOf(token.lang), context.labels));
}

function renderList(token: Tokens.List, parent: HTMLElement, context: RenderContext): void {
  const start: { start?: string } = token.ordered && token.start !== 1 ? { start: String(token.start) } : {};
  const list = element(token.ordered ? 'ol' : 'ul', { dir: 'auto', ...start });
  for (const item of token.items) {
    const node = element('li', item.task ? { class: 'md-task-item' } : {});
    renderBlocks(item.tokens, node, context);
    list.append(node);
  }
  parent.append(list);
}

function renderQuote(token: Tokens.Blockquote, parent: HTMLElement, context: RenderContext): void {
  const quote = element('blockquote');
  renderBlocks(token.tokens, quote, context);
  parent.append(quote);
}

/** Recognised tags open and close elements that later blocks go into; all other HTML is shown as it was written. */
function renderHtml(raw: string, open: HTMLElement[]): void {
  for (const piece of htmlPieces(raw)) {
    const target = open.at(-1) as HTMLElement;
    if (piece.kind === 'text') renderLiteral(piece.text, target);
    else if (piece.kind === 'break') target.append(element('br'));
    else if (piece.kind === 'open') openTag(piece.tag, piece.isOpen, open);
    else if (target.tagName === piece.tag.toUpperCase() && open.length > 1) open.pop();
    else renderLiteral(`</${piece.tag}>`, target);
  }
  if (open.at(-1)?.tagName === 'SUMMARY') open.pop();
}

function openTag(tag: 'details' | 'summary', isOpen: boolean, open: HTMLElement[]): void {
  const target = open.at(-1) as HTMLElement;
  const isMisplaced = tag === 'summary' && (target.tagName !== 'DETAILS' || target.querySelector('summary') !== null);
  if (isMisplaced || open.length > MAX_DETAILS) {
    renderLiteral(`<${tag}>`, target);
    return;
  }
  const node = element(tag, isOpen ? { open: '' } : {});
  target.append(node);
  open.push(node);
}

function renderLiteral(text: string, target: HTMLElement): void {
  const trimmed = text.trim();
  if (trimmed === '') return;
  if (target.tagName === 'SUMMARY') appendText(target, decodeEntities(trimmed));
  else target.append(element('p', { class: 'md-literal', dir: 'auto' }, trimmed));
}

/** The notes at the end of a text; null when it has none. */
export function renderFootnotes(context: RenderContext): HTMLElement | null {
  const list = element('ol', { dir: 'auto' });
  for (const { number, note } of context.footnotes.inOrder()) {
    const item = element('li', { 'data-ref': String(number), tabindex: '-1' });
    renderBlocks(note.tokens, item, context);
    item.append(' ', actionButton('footnote-back', '↩', { 'data-ref': String(number), 'aria-label': context.labels.backToText }));
    list.append(item);
  }
  if (list.childElementCount === 0) return null;
  return element('section', { class: 'md-footnotes', 'aria-label': context.labels.footnotes }, list);
}
