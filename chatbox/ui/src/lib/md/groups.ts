// Top-level tokens gathered into groups that make one element each; a `<details>` takes the blocks up to its end.

import type { Token } from 'marked';
import type { RenderContext } from './context';
import { element } from './dom';
import { isFootnoteDef } from './footnotes';
import { detailsBalance } from './html-tags';
import { renderBlocks } from './render';

export interface Group {
  raw: string;
  tokens: Token[];
  /** Definitions and blank lines make no element. */
  isVisible: boolean;
  /** A `<details>` whose end has not come. */
  isOpen: boolean;
}

export function groupTokens(tokens: readonly Token[]): Group[] {
  const groups: Group[] = [];
  let open: Group | null = null;
  let depth = 0;
  for (const token of tokens) {
    if (token.type === 'html') depth = Math.max(0, depth + detailsBalance(token.raw));
    if (open) {
      open.raw += token.raw;
      open.tokens.push(token);
    } else {
      open = { raw: token.raw, tokens: [token], isVisible: isVisible(token), isOpen: false };
      groups.push(open);
    }
    open.isOpen = depth > 0;
    if (depth === 0) open = null;
  }
  return groups;
}

function isVisible(token: Token): boolean {
  return token.type !== 'space' && token.type !== 'def' && !isFootnoteDef(token);
}

/** One element a group, whatever the group makes. */
export function renderGroup(group: Group, context: RenderContext): HTMLElement {
  const holder = element('div', { class: 'md-group' });
  renderBlocks(group.tokens, holder, context);
  const only = holder.firstElementChild;
  return holder.childNodes.length === 1 && only ? (only as HTMLElement) : holder;
}
