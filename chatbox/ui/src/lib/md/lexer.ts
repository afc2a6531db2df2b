// marked's lexer with bounds: text that would make it slow or deep is taken as plain text instead.

import { type Token, type TokenizerExtensionFunction, type Tokens, type TokensList, Lexer, Tokenizer, getDefaults } from 'marked';
import { footnoteExtension } from './footnotes';
import { mathExtension } from './math';

export const LIMITS = {
  /** Quotes and lists inside one another. */
  containerDepth: 16,
  /** Emphasis and links inside one another. */
  inlineDepth: 24,
  /** Characters of one run of inline text. */
  inlineLength: 40_000,
  /** Characters with a meaning in one run of inline text. */
  inlineMarks: 2_000,
  /** Beyond this a whole text is not parsed at all. */
  textLength: 4_000_000,
} as const;

export type LinkDefinitions = TokensList['links'];

/** Containers deeper than the bound become paragraphs. */
class BoundedTokenizer extends Tokenizer {
  override blockquote(src: string): Tokens.Blockquote | undefined {
    return this.#contained(() => super.blockquote(src));
  }

  override list(src: string): Tokens.List | undefined {
    return this.#contained(() => super.list(src));
  }

  #contained<Result>(tokenize: () => Result | undefined): Result | undefined {
    const lexer = this.lexer as unknown as BoundedLexer;
    return lexer.depth >= LIMITS.containerDepth ? undefined : lexer.nested(tokenize);
  }
}

export class BoundedLexer extends Lexer {
  depth = 0;
  #inlineDepth = 0;

  constructor(links: LinkDefinitions) {
    super({
      ...getDefaults(),
      gfm: true,
      silent: true,
      tokenizer: new BoundedTokenizer(),
      extensions: {
        renderers: {},
        childTokens: {},
        inline: [mathExtension.inline, footnoteExtension.inline],
        block: [mathExtension.block, footnoteExtension.block] as TokenizerExtensionFunction[],
        startInline: [mathExtension.startInline],
        startBlock: [mathExtension.startBlock],
      },
    });
    Object.assign(this.tokens.links, links);
  }

  nested<Result>(work: () => Result): Result {
    this.depth++;
    try {
      return work();
    } finally {
      this.depth--;
    }
  }

  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    if (this.#inlineDepth >= LIMITS.inlineDepth || isTooDense(src)) {
      tokens.push({ type: 'text', raw: src, text: src, escaped: false });
      return tokens;
    }
    this.#inlineDepth++;
    try {
      return super.inlineTokens(src, tokens);
    } finally {
      this.#inlineDepth--;
    }
  }
}

function isTooDense(src: string): boolean {
  if (src.length > LIMITS.inlineLength) return true;
  if (src.length <= LIMITS.inlineMarks) return false;
  let marks = 0;
  for (const _ of src.matchAll(/[*_`~[\]<$\\!&]/g)) {
    if (++marks > LIMITS.inlineMarks) return true;
  }
  return false;
}

export interface Lexed {
  tokens: Token[];
  links: LinkDefinitions;
}

/** `links` are the reference definitions met so far; the result holds these and the new ones. */
export function lex(src: string, links: LinkDefinitions = {}): Lexed {
  if (src.length > LIMITS.textLength) return plain(src, links);
  const lexer = new BoundedLexer(links);
  try {
    const tokens = lexer.lex(src);
    return { tokens: [...tokens], links: tokens.links };
  } catch {
    return plain(src, links); // Whatever it was, the reader gets the text.
  }
}

function plain(src: string, links: LinkDefinitions): Lexed {
  return { tokens: [{ type: 'code', raw: src, text: src, codeBlockStyle: 'indented' }], links };
}

/** marked reads \n only; NUL and lone carriage returns would shift its offsets. */
export function normalise(text: string): string {
  return /[\r\0]/.test(text) ? text.replace(/\r\n?/g, '\n').replaceAll('\0', '\ufffd') : text;
}
