// Markdown for chat messages. `MarkdownView` is the only thing a feature needs; the rest serves copying and tests.

export type { MarkdownActions } from './actions';
export { plainText, tableText } from './copy';
export type { MarkdownLabels } from './labels';
export { type MarkdownOptions, MarkdownView } from './stream';
