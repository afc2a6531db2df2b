// Finds TeX in markdown: $$…$$, \[…\], \(…\), and $…$ under Pandoc's guards, so that "$5 and $10" stays prose.

import type { Token, TokenizerExtensionFunction, TokenizerStartFunction } from 'marked';

export interface MathToken {
  type: 'math';
  raw: string;
  tex: string;
  display: boolean;
  block: boolean;
}

const MAX_INLINE = 2_000;
const MAX_BLOCK = 20_000;
const MAX_PARAGRAPH = 10_000;

export interface MathMatch {
  raw: string;
  tex: string;
  display: boolean;
}

/** `before` is the character in front of `src`, or an empty string at the start of the text. */
export function matchInlineMath(src: string, before: string): MathMatch | null {
  if (src.startsWith('$$')) return between(src, '$$', '$$', true);
  if (src.startsWith('\\(')) return between(src, '\\(', '\\)', false);
  if (src.startsWith('\\[')) return between(src, '\\[', '\\]', true);
  if (src.startsWith('$') && !/[\p{L}\p{N}$\\]/u.test(before)) return matchDollar(src);
  return null;
}

function between(src: string, open: string, close: string, display: boolean): MathMatch | null {
  const end = src.slice(0, MAX_INLINE).indexOf(close, open.length);
  if (end < 0) return null;
  const tex = src.slice(open.length, end).trim();
  return tex === '' ? null : { raw: src.slice(0, end + close.length), tex, display };
}

/** No space just inside, the closing sign not followed by a letter or digit, no code span within. */
function matchDollar(src: string): MathMatch | null {
  if (src.length < 3 || /\s/.test(src.charAt(1))) return null;
  const limit = Math.min(src.length, MAX_INLINE);
  for (let at = 1; at < limit; at++) {
    const char = src.charAt(at);
    if (char === '`') return null;
    if (char === '\\') at++;
    else if (char === '$') return closeDollar(src, at);
  }
  return null;
}

function closeDollar(src: string, at: number): MathMatch | null {
  const isClosing = at > 1 && !/\s/.test(src.charAt(at - 1)) && !/[\p{L}\p{N}$]/u.test(src.charAt(at + 1));
  return isClosing ? { raw: src.slice(0, at + 1), tex: src.slice(1, at), display: false } : null;
}

/** A formula on lines of its own; it may hold blank lines and lines that look like lists. */
export function matchBlockMath(src: string): MathMatch | null {
  const open = /^ {0,3}(\$\$|\\\[)/.exec(src);
  if (!open) return null;
  const close = open[1] === '$$' ? '$$' : '\\]';
  const end = src.slice(0, MAX_BLOCK).indexOf(close, open[0].length);
  if (end < 0) return null;
  const rest = /^[ \t]*(?:\n|$)/.exec(src.slice(end + close.length));
  const tex = src.slice(open[0].length, end).trim();
  if (!rest || tex === '') return null;
  return { raw: src.slice(0, end + close.length + rest[0].length), tex, display: true };
}

const inlineMath: TokenizerExtensionFunction = (src, tokens): MathToken | undefined => {
  const first = src.charCodeAt(0);
  if (first !== 36 && first !== 92) return undefined;
  const before = tokens.at(-1)?.raw.slice(-1) ?? '';
  const match = matchInlineMath(src, before);
  return match ? { type: 'math', block: false, ...match } : undefined;
};

const blockMath: TokenizerExtensionFunction = (src): MathToken | undefined => {
  const match = matchBlockMath(src);
  return match ? { type: 'math', block: true, ...match } : undefined;
};

const startInline: TokenizerStartFunction = (src) => {
  const at = src.search(/\$|\\[([]/);
  return at < 0 ? undefined : at;
};

/** A formula may follow a line of prose directly; only the paragraph at hand is searched, and no endless one. */
const startBlock: TokenizerStartFunction = (src) => {
  const blank = src.indexOf('\n\n');
  const end = blank < 0 ? src.length : blank;
  if (end > MAX_PARAGRAPH) return undefined;
  const found = /\n {0,3}(?:\$\$|\\\[)/.exec(src.slice(0, end));
  return found && matchBlockMath(src.slice(found.index + 1)) ? found.index + 1 : undefined;
};

export const mathExtension = { inline: inlineMath, block: blockMath, startInline, startBlock };

export function isMath(token: Token): token is MathToken & Token {
  return token.type === 'math';
}
