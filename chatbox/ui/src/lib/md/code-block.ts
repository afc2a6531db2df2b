// A code block: header with language and actions, then the code in a region that can be scrolled with the keyboard.

import { actionButton, element } from './dom';
import type { MarkdownLabels } from './labels';

export function codeBlock(code: string, language: string, labels: MarkdownLabels): HTMLElement {
  const name = language === '' ? labels.code : language;
  const head = element('div', { class: 'md-code-head' },
    element('span', { class: 'md-code-lang' }, name),
    actionButton('wrap-code', labels.wrap, { 'aria-pressed': 'false' }),
    actionButton('download-code', labels.download),
    actionButton('copy-code', labels.copy));
  const body = element('code', { 'data-lang': language });
  body.append(document.createTextNode(code));
  const region = element('pre', { dir: 'ltr', tabindex: '0', role: 'region', 'aria-label': name }, body);
  return element('div', { class: 'md-code' }, head, region);
}

/** The first word of a fence's info string, cut to something that fits a label. */
export function languageOf(info: string | undefined): string {
  const word = /^[^\s{:,]+/.exec(info?.trim() ?? '')?.[0] ?? '';
  return word.slice(0, 30);
}

export function codeElement(block: Element): HTMLElement | null {
  return block.querySelector('pre > code');
}

const EXTENSIONS: Record<string, string> = {
  bash: 'sh', c: 'c', cpp: 'cpp', csharp: 'cs', css: 'css', csv: 'csv', diff: 'diff', dockerfile: 'Dockerfile', go: 'go',
  html: 'html', java: 'java', javascript: 'js', js: 'js', json: 'json', jsx: 'jsx', kotlin: 'kt', latex: 'tex', lua: 'lua',
  markdown: 'md', md: 'md', perl: 'pl', php: 'php', powershell: 'ps1', python: 'py', py: 'py', r: 'r', ruby: 'rb',
  rust: 'rs', scala: 'scala', sh: 'sh', shell: 'sh', sql: 'sql', svg: 'svg', swift: 'swift', toml: 'toml', ts: 'ts',
  tsx: 'tsx', typescript: 'ts', xml: 'xml', yaml: 'yaml', yml: 'yml', zsh: 'sh',
};

export function fileNameFor(language: string): string {
  const key = language.toLowerCase();
  return `code.${Object.hasOwn(EXTENSIONS, key) ? EXTENSIONS[key] : 'txt'}`;
}
