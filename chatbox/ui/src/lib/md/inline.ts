// Inline tokens to DOM: emphasis, code, links, images, formulas, footnote marks.

import type { Token, Tokens } from 'marked';
import type { RenderContext } from './context';
import { appendText, element } from './dom';
import { decodeEntities } from './entities';
import { isFootnoteRef } from './footnotes';
import { inlinePair, isBreak } from './html-tags';
import { imageNode } from './image-card';
import { isMath } from './math';
import { allowedLink, namesAnotherHost } from './urls';

export function renderInline(tokens: readonly Token[], parent: HTMLElement, context: RenderContext): void {
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    const wrapped = token.type === 'html' ? wrapPair(tokens, at, context) : null;
    if (wrapped) {
      parent.append(wrapped.node);
      at = wrapped.end;
    } else {
      renderToken(token, parent, context);
    }
  }
}

function renderToken(token: Token, parent: HTMLElement, context: RenderContext): void {
  if (isMath(token)) {
    parent.append(mathNode(token.tex, token.display, context));
    return;
  }
  if (isFootnoteRef(token)) {
    renderFootnoteRef(token.id, token.raw, parent, context);
    return;
  }
  switch (token.type) {
    case 'text': return renderText(token as Tokens.Text, parent, context);
    case 'escape': return appendText(parent, (token as Tokens.Escape).text);
    case 'strong': return wrap('strong', token, parent, context);
    case 'em': return wrap('em', token, parent, context);
    case 'del': return wrap('del', token, parent, context);
    case 'codespan': return void parent.append(element('code', { dir: 'ltr' }, (token as Tokens.Codespan).text));
    case 'br': return void parent.append(element('br'));
    case 'link': return renderLink(token as Tokens.Link, parent, context);
    case 'image': return void parent.append(imageNode(token as Tokens.Image, context));
    case 'checkbox': return void parent.append(checkbox((token as Tokens.Checkbox).checked, context));
    case 'html': return isBreak(token.raw) ? void parent.append(element('br')) : appendText(parent, token.raw);
    default: return appendText(parent, token.raw);
  }
}

function renderText(token: Tokens.Text, parent: HTMLElement, context: RenderContext): void {
  if (token.tokens) renderInline(token.tokens, parent, context);
  else appendText(parent, decodeEntities(token.raw));
}

function wrap(tag: 'strong' | 'em' | 'del', token: Token, parent: HTMLElement, context: RenderContext): void {
  const node = element(tag);
  renderInline((token as Tokens.Strong).tokens, node, context);
  parent.append(node);
}

/** `<kbd>`, `<sub>`, `<sup>` count only when their closing tag follows in the same run. */
function wrapPair(tokens: readonly Token[], at: number, context: RenderContext): { node: HTMLElement; end: number } | null {
  const pair = inlinePair((tokens[at] as Token).raw);
  if (!pair) return null;
  const end = tokens.findIndex((token, index) => index > at && token.type === 'html' && token.raw === pair.close);
  if (end < 0) return null;
  const node = element(pair.tag);
  renderInline(tokens.slice(at + 1, end), node, context);
  return { node, end };
}

export function mathNode(tex: string, display: boolean, context: RenderContext): HTMLElement {
  const node = element('span', {
    class: display ? 'md-math md-math-display' : 'md-math',
    dir: 'ltr',
    'data-tex': tex,
  });
  context.typeset(node, tex, display);
  return node;
}

export function checkbox(checked: boolean, context: RenderContext): HTMLElement {
  const label = checked ? context.labels.taskDone : context.labels.taskOpen;
  const state = checked ? { checked: '' } : {};
  return element('input', { type: 'checkbox', class: 'md-task', disabled: '', 'aria-label': label, ...state });
}

function renderLink(token: Tokens.Link, parent: HTMLElement, context: RenderContext): void {
  const target = allowedLink(token.href, context.origin);
  if (!target) {
    appendText(parent, token.raw);
    return;
  }
  const link = element('a', { href: target.href, rel: 'noopener noreferrer nofollow', target: '_blank' });
  renderInline(token.tokens, link, context);
  if (target.host !== null) showHost(link, target.host);
  if (token.title) link.setAttribute('title', decodeEntities(token.title));
  parent.append(link);
}

/** The host appears on hover and focus when the text does not name it, and always when the text names another one. */
function showHost(link: HTMLElement, host: string): void {
  const text = link.textContent ?? '';
  if (namesAnotherHost(text, host)) link.append(element('span', { class: 'md-link-host' }, ` (${host})`));
  else if (!text.toLowerCase().includes(host.replace(/^www\./, ''))) link.setAttribute('data-host', host);
}

function renderFootnoteRef(id: string, raw: string, parent: HTMLElement, context: RenderContext): void {
  const number = context.footnotes.number(id);
  if (number === null) {
    appendText(parent, raw);
    return;
  }
  const label = context.labels.footnote(number);
  const button = element('button', {
    type: 'button', class: 'md-footnote-ref', 'data-action': 'footnote', 'data-ref': String(number), 'aria-label': label,
  }, String(number));
  parent.append(element('sup', {}, button));
}
