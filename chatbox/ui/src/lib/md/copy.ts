// What goes on the clipboard: a table in three forms, and the plain text of rendered blocks without their buttons.

const UNWANTED = '.md-code-head, .md-table-actions, .md-footnote-ref, .md-action, .md-link-host';

/** Text of a rendered node: formulas give their TeX, buttons and labels nothing. */
export function plainText(node: Element): string {
  const copy = node.cloneNode(true) as Element;
  for (const math of copy.querySelectorAll('.md-math[data-tex]')) {
    const tex = math.getAttribute('data-tex') ?? '';
    math.replaceWith(math.classList.contains('md-math-display') ? `$$${tex}$$` : `$${tex}$`);
  }
  for (const unwanted of copy.querySelectorAll(UNWANTED)) unwanted.remove();
  for (const lineBreak of copy.querySelectorAll('br')) lineBreak.replaceWith('\n');
  for (const block of copy.querySelectorAll('p, li, h3, h4, h5, h6, pre, tr')) block.append('\n');
  return copy.textContent ?? '';
}

export type TableForm = 'md' | 'csv' | 'tsv';

export function tableText(table: HTMLTableElement, form: TableForm): string {
  const rows = [...table.rows].map((row) => [...row.cells].map((cell) => plainText(cell).trim()));
  if (form === 'csv') return rows.map((cells) => cells.map(csvCell).join(',')).join('\r\n') + '\r\n';
  if (form === 'tsv') return rows.map((cells) => cells.map(tsvCell).join('\t')).join('\n') + '\n';
  return markdownTable(rows, alignments(table));
}

/** A spreadsheet would run a cell that starts like a formula; a leading quote keeps it text. Numbers stay numbers. */
function inert(text: string): string {
  const isFormula = /^[=@\t\r]/.test(text) || (/^[+-]/.test(text) && !/^[+-]?[\d.,]+\s*%?$/.test(text));
  return isFormula ? `'${text}` : text;
}

function csvCell(text: string): string {
  const safe = inert(text);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function tsvCell(text: string): string {
  return inert(text.replace(/[\t\r\n]+/g, ' '));
}

const RULES: Record<string, string> = { left: ':---', center: ':---:', right: '---:', none: '---' };

function alignments(table: HTMLTableElement): string[] {
  const header = table.rows[0];
  return [...(header?.cells ?? [])].map((cell) => /md-align-(\w+)/.exec(cell.className)?.[1] ?? 'none');
}

function markdownTable(rows: string[][], aligns: string[]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const escaped = rows.map((cells) => line(cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\n/g, '<br>'))));
  const rule = line(aligns.map((align) => RULES[align] ?? '---'));
  return `${[escaped[0] ?? '', rule, ...escaped.slice(1)].join('\n')}\n`;
}

export interface CopiedSelection {
  plain: string;
  html: string;
}

/** A copied selection that holds formulas or buttons; null when the browser's own copy is right. */
export function copiedSelection(selection: Selection): CopiedSelection | null {
  if (selection.rangeCount === 0 || selection.isCollapsed) return null;
  const holder = document.createElement('div');
  holder.append(selection.getRangeAt(0).cloneContents());
  if (!holder.querySelector(`.katex, ${UNWANTED}`)) return null;
  const plain = plainText(holder);
  for (const unwanted of holder.querySelectorAll(UNWANTED)) unwanted.remove();
  return { plain, html: new XMLSerializer().serializeToString(holder) };
}
