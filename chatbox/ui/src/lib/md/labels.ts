// The words that this folder puts on the screen; the application passes them in, translated.

export interface MarkdownLabels {
  copy: string;
  copied: string;
  copyFailed: string;
  wrap: string;
  download: string;
  /** Name of a code block whose language is not known. */
  code: string;
  table: string;
  copyMarkdown: string;
  copyCsv: string;
  copyTsv: string;
  /** Names where a blocked image would come from. */
  imageFrom: (host: string) => string;
  /** What the card says instead of a host when the image belongs to no web address. */
  imageUnknown: string;
  loadImage: string;
  openImage: string;
  footnotes: string;
  footnote: (number: number) => string;
  backToText: string;
  taskDone: string;
  taskOpen: string;
}
