// Raw HTML in replies is text, apart from a few tags that are recognised by their exact spelling.

const INLINE_PAIRS: Record<string, { tag: 'kbd' | 'sub' | 'sup'; close: string }> = {
  '<kbd>': { tag: 'kbd', close: '</kbd>' },
  '<sub>': { tag: 'sub', close: '</sub>' },
  '<sup>': { tag: 'sup', close: '</sup>' },
};

export function inlinePair(raw: string): { tag: 'kbd' | 'sub' | 'sup'; close: string } | null {
  return Object.hasOwn(INLINE_PAIRS, raw) ? (INLINE_PAIRS[raw] ?? null) : null;
}

export function isBreak(raw: string): boolean {
  return raw === '<br>' || raw === '<br/>' || raw === '<br />';
}

export type HtmlPiece =
  | { kind: 'text'; text: string }
  | { kind: 'break' }
  | { kind: 'open'; tag: 'details' | 'summary'; isOpen: boolean }
  | { kind: 'close'; tag: 'details' | 'summary' };

const BLOCK_TAG = /<(\/?)(details|summary)( open)?>|<br ?\/?>/g;

/** Cuts an HTML block into recognised tags and the text between them. */
export function htmlPieces(raw: string): HtmlPiece[] {
  const pieces: HtmlPiece[] = [];
  let from = 0;
  for (const match of raw.matchAll(BLOCK_TAG)) {
    const piece = pieceOf(match);
    if (!piece) continue;
    if (match.index > from) pieces.push({ kind: 'text', text: raw.slice(from, match.index) });
    pieces.push(piece);
    from = match.index + match[0].length;
  }
  if (from < raw.length) pieces.push({ kind: 'text', text: raw.slice(from) });
  return pieces;
}

function pieceOf(match: RegExpExecArray): HtmlPiece | null {
  const [, slash, tag, open] = match;
  if (tag !== 'details' && tag !== 'summary') return { kind: 'break' };
  if (open !== undefined && (tag !== 'details' || slash === '/')) return null;
  return slash === '/' ? { kind: 'close', tag } : { kind: 'open', tag, isOpen: open !== undefined };
}

/** How many `<details>` a block leaves open (negative: closes). */
export function detailsBalance(raw: string): number {
  let balance = 0;
  for (const piece of htmlPieces(raw)) {
    if (piece.kind === 'open' && piece.tag === 'details') balance++;
    if (piece.kind === 'close' && piece.tag === 'details') balance--;
  }
  return balance;
}
