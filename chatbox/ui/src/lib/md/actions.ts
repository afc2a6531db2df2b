// One click listener for all buttons inside rendered markdown.

import { codeElement, fileNameFor } from './code-block';
import { type TableForm, copiedSelection, tableText } from './copy';
import { loadedImage } from './image-card';
import { saveText } from '../platform/download';
import type { MarkdownLabels } from './labels';

export interface MarkdownActions {
  /** Puts text on the clipboard; false when the browser refused. */
  copyText: (text: string) => Promise<boolean>;
  /** Says something to screen readers. */
  announce?: (text: string) => void;
  /** An address of our own server that shows a remote image; absent when there is none. */
  imageAddress?: (url: string) => string | null;
  saveFile?: (name: string, text: string) => void;
}

const FEEDBACK_MS = 2_000;

/** Returns a function that takes the listeners off again. */
export function listen(root: HTMLElement, actions: MarkdownActions, labels: () => MarkdownLabels): () => void {
  const onClick = (event: Event) => {
    const button = (event.target as Element | null)?.closest?.<HTMLElement>('[data-action]');
    if (button && root.contains(button)) run(button, root, actions, labels());
  };
  const onCopy = (event: ClipboardEvent) => {
    const selection = document.getSelection();
    const copied = selection && copiedSelection(selection);
    if (!copied || !event.clipboardData) return;
    event.clipboardData.setData('text/plain', copied.plain);
    event.clipboardData.setData('text/html', copied.html);
    event.preventDefault();
  };
  root.addEventListener('click', onClick);
  root.addEventListener('copy', onCopy);
  return () => {
    root.removeEventListener('click', onClick);
    root.removeEventListener('copy', onCopy);
  };
}

function run(button: HTMLElement, root: HTMLElement, actions: MarkdownActions, labels: MarkdownLabels): void {
  const action = button.getAttribute('data-action') ?? '';
  if (action === 'copy-code') copyCode(button, actions, labels);
  else if (action === 'wrap-code') toggleWrap(button);
  else if (action === 'download-code') downloadCode(button, actions);
  else if (action.startsWith('copy-table-')) copyTable(button, action.slice('copy-table-'.length) as TableForm, actions, labels);
  else if (action === 'load-image') showImage(button, actions);
  else if (action === 'footnote') focusOn(root, `.md-footnotes li[data-ref="${button.getAttribute('data-ref')}"]`);
  else if (action === 'footnote-back') focusOn(root, `.md-footnote-ref[data-ref="${button.getAttribute('data-ref')}"]`);
}

function copyCode(button: HTMLElement, actions: MarkdownActions, labels: MarkdownLabels): void {
  const code = codeOf(button);
  if (code) void copy(code.textContent ?? '', button, actions, labels);
}

function copyTable(button: HTMLElement, form: TableForm, actions: MarkdownActions, labels: MarkdownLabels): void {
  const table = button.closest('.md-table')?.querySelector('table');
  if (table) void copy(tableText(table, form), button, actions, labels);
}

async function copy(text: string, button: HTMLElement, actions: MarkdownActions, labels: MarkdownLabels): Promise<void> {
  const done = await actions.copyText(text).catch(() => false);
  const label = button.dataset['label'] ?? button.textContent ?? '';
  button.dataset['label'] = label;
  button.textContent = done ? labels.copied : labels.copyFailed;
  actions.announce?.(button.textContent);
  setTimeout(() => {
    button.textContent = label;
    delete button.dataset['label'];
  }, FEEDBACK_MS);
}

function toggleWrap(button: HTMLElement): void {
  const block = button.closest('.md-code');
  const isOn = block?.classList.toggle('md-code-wrapped') ?? false;
  button.setAttribute('aria-pressed', String(isOn));
}

function downloadCode(button: HTMLElement, actions: MarkdownActions): void {
  const code = codeOf(button);
  if (!code) return;
  const name = fileNameFor(code.getAttribute('data-lang') ?? '');
  (actions.saveFile ?? saveText)(name, code.textContent ?? '');
}

function showImage(button: HTMLElement, actions: MarkdownActions): void {
  const address = actions.imageAddress?.(button.getAttribute('data-url') ?? '');
  const card = button.closest('.md-image-card');
  if (!address || !card || new URL(address, location.href).origin !== location.origin) return;
  card.replaceWith(loadedImage(address, card.querySelector('.md-image-alt')?.textContent ?? ''));
}

function codeOf(button: HTMLElement): HTMLElement | null {
  const block = button.closest('.md-code');
  return block ? codeElement(block) : null;
}

function focusOn(root: HTMLElement, selector: string): void {
  const target = root.querySelector<HTMLElement>(selector);
  target?.focus({ preventScroll: true });
  target?.scrollIntoView({ block: 'nearest' });
}
