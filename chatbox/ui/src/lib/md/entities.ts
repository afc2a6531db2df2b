// Character references in prose and addresses. Unknown names stay as they were written.

const NAMED: Record<string, string> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', copy: '©', reg: '®', trade: '™', hellip: '…',
  mdash: '—', ndash: '–', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', laquo: '«', raquo: '»', bull: '•', middot: '·',
  deg: '°', plusmn: '±', times: '×', divide: '÷', frac12: '½', frac14: '¼', frac34: '¾', sup2: '²', sup3: '³', micro: 'µ',
  para: '¶', sect: '§', cent: '¢', pound: '£', yen: '¥', euro: '€', larr: '←', uarr: '↑', rarr: '→', darr: '↓', harr: '↔',
  rArr: '⇒', lArr: '⇐', hArr: '⇔', infin: '∞', ne: '≠', le: '≤', ge: '≥', asymp: '≈', equiv: '≡', sum: '∑', prod: '∏',
  radic: '√', part: '∂', int: '∫', alpha: 'α', beta: 'β', gamma: 'γ', delta: 'δ', epsilon: 'ε', theta: 'θ', lambda: 'λ',
  mu: 'μ', pi: 'π', sigma: 'σ', tau: 'τ', phi: 'φ', omega: 'ω', Delta: 'Δ', Sigma: 'Σ', Omega: 'Ω', Pi: 'Π',
  check: '✓', cross: '✗', star: '☆', colon: ':', sol: '/', bsol: '\\', lpar: '(', rpar: ')', lbrack: '[', rbrack: ']',
  Tab: '\t', NewLine: '\n', num: '#', excl: '!', quest: '?', period: '.', comma: ',', semi: ';', dollar: '$', percnt: '%',
  ast: '*', plus: '+', equals: '=', lowbar: '_', grave: '`', vert: '|', lbrace: '{', rbrace: '}', zwj: '\u200d', zwnj: '\u200c',
  thinsp: '\u2009', ensp: '\u2002', emsp: '\u2003', shy: '\u00ad', aacute: 'á', eacute: 'é', iacute: 'í', oacute: 'ó',
  uacute: 'ú', agrave: 'à', egrave: 'è', ouml: 'ö', auml: 'ä', uuml: 'ü', szlig: 'ß', ccedil: 'ç', ntilde: 'ñ', oslash: 'ø',
};

const REFERENCE = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,15}));/g;

export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(REFERENCE, (whole: string, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return Object.hasOwn(NAMED, name) ? (NAMED[name] ?? whole) : whole;
    return fromCodePoint(decimal !== undefined ? Number.parseInt(decimal, 10) : Number.parseInt(hex ?? '0', 16));
  });
}

function fromCodePoint(code: number): string {
  const isValid = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isValid ? String.fromCodePoint(code) : '\ufffd';
}
