// Images. A remote address can carry a secret out, so the browser never asks for it by itself: a card names the host.

import type { Tokens } from 'marked';
import type { RenderContext } from './context';
import { actionButton, element } from './dom';
import { decodeEntities } from './entities';
import { imageSource } from './urls';

export function imageNode(token: Tokens.Image, context: RenderContext): HTMLElement {
  const alt = decodeEntities(token.text);
  const source = imageSource(token.href, context.origin);
  if (source.kind === 'inline') return loadedImage(source.src, alt);
  if (source.kind === 'refused') return card(context.labels.imageUnknown, alt);
  const open = element('a', { href: source.href, rel: 'noopener noreferrer nofollow', target: '_blank' }, context.labels.openImage);
  const load = actionButton('load-image', context.labels.loadImage, { 'data-url': source.href });
  return card(context.labels.imageFrom(source.host), alt, context.canLoadImages ? load : open);
}

export function loadedImage(src: string, alt: string): HTMLElement {
  return element('img', { src, alt, class: 'md-image', loading: 'lazy', referrerpolicy: 'no-referrer' });
}

function card(title: string, alt: string, ...actions: Node[]): HTMLElement {
  const node = element('span', { class: 'md-image-card' }, element('span', { class: 'md-image-title' }, title));
  if (alt !== '') node.append(element('span', { class: 'md-image-alt' }, alt));
  node.append(...actions);
  return node;
}
