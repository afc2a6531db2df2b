// Tables in a focusable scroll region, with buttons that copy them.

import type { Tokens } from 'marked';
import type { RenderContext } from './context';
import { actionButton, element } from './dom';
import { renderInline } from './inline';

export function tableNode(token: Tokens.Table, context: RenderContext): HTMLElement {
  const { labels } = context;
  const table = element('table', { dir: 'auto' }, element('thead', {}, row(token.header, 'th', context)));
  if (token.rows.length > 0) {
    table.append(element('tbody', {}, ...token.rows.map((cells) => row(cells, 'td', context))));
  }
  const region = element('div', { class: 'md-table-scroll', tabindex: '0', role: 'region', 'aria-label': labels.table }, table);
  const actions = element('div', { class: 'md-table-actions' },
    actionButton('copy-table-md', labels.copyMarkdown),
    actionButton('copy-table-csv', labels.copyCsv),
    actionButton('copy-table-tsv', labels.copyTsv));
  return element('div', { class: 'md-table' }, region, actions);
}

function row(cells: Tokens.TableCell[], tag: 'th' | 'td', context: RenderContext): HTMLElement {
  return element('tr', {}, ...cells.map((cell) => {
    const align = cell.align ? { class: `md-align-${cell.align}` } : {};
    const scope: { scope?: string } = tag === 'th' ? { scope: 'col' } : {};
    const node = element(tag, { ...align, ...scope });
    renderInline(cell.tokens, node, context);
    return node;
  }));
}
