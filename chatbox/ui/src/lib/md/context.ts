// What rendering needs to know besides the tokens.

import type { Footnotes } from './footnotes';
import type { MarkdownLabels } from './labels';

export interface RenderContext {
  labels: MarkdownLabels;
  /** The page's own origin; relative addresses may not leave it. */
  origin: string;
  footnotes: Footnotes;
  /** Fills an element with a typeset formula; when it cannot yet, the TeX stays as text. */
  typeset: (host: HTMLElement, tex: string, display: boolean) => void;
  /** Whether the application can show a remote image without the browser asking the remote host. */
  canLoadImages: boolean;
}
