// A table whose head or rule is still being typed, completed so that it shows as a table from its first row on.

const PARTIAL_RULE = /^\s*\|?[\s:|-]*$/;
const FULL_RULE = /^ {0,3}\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

export function completeTable(text: string): string {
  const from = tableStart(text);
  if (from === null) return text;
  const lines = text.slice(from).split('\n');
  const head = lines[0] ?? '';
  if (lines.length > 2) return text;
  const columns = countCells(head);
  if (columns === 0) return text;
  const rule = lines[1];
  if (rule !== undefined && FULL_RULE.test(rule) && countCells(rule) === columns) return text;
  if (rule !== undefined && !PARTIAL_RULE.test(rule)) return text;
  const closedHead = head.trimEnd().endsWith('|') ? head : `${head} |`;
  return `${text.slice(0, from)}${closedHead}\n${'| --- '.repeat(countCells(closedHead))}|`;
}

/** Start of the block of `|` lines that the text ends with. */
function tableStart(text: string): number | null {
  let from: number | null = null;
  for (let end = text.length; end >= 0; ) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(start, end);
    if (!/^ {0,3}\|/.test(line) && !(from === null && line === '')) break;
    if (line !== '') from = start;
    if (start === 0) break;
    end = start - 1;
  }
  return from;
}

function countCells(line: string): number {
  const inner = line.trim().replace(/^\|/, '').replace(/(?<!\\)\|$/, '');
  if (inner.trim() === '') return 0;
  return inner.split(/(?<!\\)\|/).length;
}
