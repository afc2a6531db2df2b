// Footnotes: `[^id]` in the text, `[^id]: …` for the note. Numbers follow the order of first mention.

import type { Token, TokenizerExtensionFunction } from 'marked';
import type { BoundedLexer } from './lexer';

export interface FootnoteRef {
  type: 'footnoteRef';
  raw: string;
  id: string;
}

export interface FootnoteDef {
  type: 'footnoteDef';
  raw: string;
  id: string;
  tokens: Token[];
}

const REF = /^\[\^([^\]\s]{1,40})\]/;
const DEF = /^ {0,3}\[\^([^\]\s]{1,40})\]:[ \t]*([^\n]*(?:\n(?! {0,3}\[\^)(?![ \t]*\n)[^\n]+|\n+ {2,}[^\n]+)*)(?:\n+|$)/;

const ref: TokenizerExtensionFunction = (src): FootnoteRef | undefined => {
  const match = src.startsWith('[^') ? REF.exec(src) : null;
  return match ? { type: 'footnoteRef', raw: match[0], id: match[1] ?? '' } : undefined;
};

const def: TokenizerExtensionFunction = function (src): FootnoteDef | undefined {
  const lexer = this.lexer as unknown as BoundedLexer;
  const match = lexer.depth === 0 && /^ {0,3}\[\^/.test(src) ? DEF.exec(src) : null;
  if (!match) return undefined;
  const body = (match[2] ?? '').replace(/\n {2,4}/g, '\n');
  const tokens = lexer.nested(() => lexer.blockTokens(body, []));
  return { type: 'footnoteDef', raw: match[0], id: match[1] ?? '', tokens };
};

export const footnoteExtension = { inline: ref, block: def };

export function isFootnoteRef(token: Token): token is FootnoteRef & Token {
  return token.type === 'footnoteRef';
}

export function isFootnoteDef(token: Token): token is FootnoteDef & Token {
  return token.type === 'footnoteDef';
}

/** Which notes a document holds and in which order the text mentions them. */
export class Footnotes {
  readonly #defined = new Map<string, FootnoteDef>();
  readonly #numbers = new Map<string, number>();
  /** While a reply streams in, a note may be mentioned long before it arrives. */
  readonly isComplete: boolean;

  constructor(isComplete: boolean) {
    this.isComplete = isComplete;
  }

  define(tokens: readonly Token[]): void {
    for (const token of tokens) {
      if (isFootnoteDef(token) && !this.#defined.has(token.id)) this.#defined.set(token.id, token);
    }
  }

  /** The number of a mentioned note; null when the finished text defines no such note. */
  number(id: string): number | null {
    if (this.isComplete && !this.#defined.has(id)) return null;
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    const next = this.#numbers.size + 1;
    this.#numbers.set(id, next);
    return next;
  }

  /** All notes in the order of their numbers; those never mentioned come last, for no text is to be lost. */
  *inOrder(): Generator<{ number: number; note: FootnoteDef }> {
    yield* this.#numbered(new Set());
    const seen = new Set(this.#numbers.keys());
    for (const id of this.#defined.keys()) this.number(id);
    yield* this.#numbered(seen);
  }

  /** Rendering one note may mention, and so number, another. */
  *#numbered(skipped: ReadonlySet<string>): Generator<{ number: number; note: FootnoteDef }> {
    for (const [id, number] of this.#numbers) {
      const note = this.#defined.get(id);
      if (note && !skipped.has(id)) yield { number, note };
    }
  }
}
