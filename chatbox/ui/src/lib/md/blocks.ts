// Rules and DOM steps for the list of rendered blocks: which may be committed, which may be kept, how children are synced.

import type { Tokens } from 'marked';
import { type Group, groupTokens } from './groups';

export { type Group, groupTokens };

export interface Block {
  raw: string;
  node: HTMLElement;
}

/** Blocks that a blank line ends for good; a list or indented code may go on after one. */
const ENDED_BY_BLANK = new Set(['paragraph', 'heading', 'hr', 'table', 'blockquote', 'math', 'html']);
/** So short a last block may yet turn out to belong to the one before it. */
const UNDECIDED_LENGTH = 4;

/** How many groups at the front of the tail will not change however the text goes on. */
export function stableCount(groups: readonly Group[]): number {
  const last = groups.at(-1);
  if (!last) return 0;
  if (last.tokens[0]?.type === 'space') {
    const before = groups.at(-2);
    return before && !isEndedByBlank(before) ? groups.length - 2 : groups.length - 1;
  }
  const isUndecided = last.raw.trim().length < UNDECIDED_LENGTH;
  return Math.max(0, groups.length - (isUndecided ? lengthOfUndecidedEnd(groups) : 1));
}

function lengthOfUndecidedEnd(groups: readonly Group[]): number {
  return groups.at(-2)?.tokens[0]?.type === 'space' ? 3 : 2;
}

function isEndedByBlank(group: Group): boolean {
  const token = group.tokens.at(-1);
  if (token?.type === 'code') return (token as Tokens.Code).codeBlockStyle !== 'indented';
  return token !== undefined && ENDED_BY_BLANK.has(token.type);
}

/** Blank lines after a block may be counted to it or not, depending on where lexing began. */
export function isSameSource(one: string, other: string): boolean {
  return one === other || (one !== '' && one.trimEnd() === other.trimEnd());
}

/** Whether references or footnotes elsewhere in the text can change how the group looks. */
export function mayRefer(group: Group): boolean {
  const isPlainCode = group.tokens.length === 1 && group.tokens[0]?.type === 'code';
  return !isPlainCode && group.raw.includes('[');
}

export function rawLength(groups: readonly Group[]): number {
  return groups.reduce((total, group) => total + group.raw.length, 0);
}

/** Makes `nodes` the children of `host` from `from` on, without moving those that stay. */
export function syncChildren(host: HTMLElement, from: ChildNode | null, nodes: readonly HTMLElement[]): void {
  const keep = new Set<Node>(nodes);
  let cursor = skipDropped(from, keep);
  for (const node of nodes) {
    if (node === cursor) cursor = skipDropped(cursor.nextSibling, keep);
    else host.insertBefore(node, cursor);
  }
}

/** Removes the children in front of the next kept one, which it returns. */
function skipDropped(from: ChildNode | null, keep: ReadonlySet<Node>): ChildNode | null {
  let cursor = from;
  while (cursor && !keep.has(cursor)) {
    const next: ChildNode | null = cursor.nextSibling;
    cursor.remove();
    cursor = next;
  }
  return cursor;
}
