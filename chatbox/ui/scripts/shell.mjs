// Writes dist/index.html and dist/docs.html: hashed links in, the server's placeholders (__LANG__ and its like) left as they are.
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { docsEntry, mainEntry, staticClosure } from './outputs.mjs';

const url = (path) => `/assets/${basename(path)}`;
const PLACEHOLDERS = ['__LANG__', '__THEME_CLASS__', '__NONCE__', '__BOOT_JSON__'];

/** Returns the output paths that the page loads before it runs. */
export async function writeShell({ root, dist, metafile }) {
  const entry = mainEntry(metafile);
  const chunks = staticClosure(metafile, entry.path);
  const preload = chunks.filter((path) => path !== entry.path);
  const scripts = [
    ...preload.map((path) => `<link rel="modulepreload" href="${url(path)}">`),
    `<script type="module" src="${url(entry.path)}"></script>`,
  ];
  const styles = entry.css ? [`<link rel="stylesheet" href="${url(entry.css)}">`] : [];
  const template = await readFile(join(root, 'index.html'), 'utf8');
  const page = template
    .replace('<!-- build:styles -->', styles.join('\n    '))
    .replace('<!-- build:scripts -->', scripts.join('\n    '));
  for (const name of PLACEHOLDERS) {
    if (!page.includes(name)) throw new Error(`index.html lost its placeholder ${name}`);
  }
  await writeFile(join(dist, 'index.html'), page);
  return { scripts: chunks, styles: entry.css ? [entry.css] : [] };
}

/** The API reference is a page of its own, the same for everybody. */
export async function writeDocs({ root, dist, metafile }) {
  const entry = docsEntry(metafile);
  const template = await readFile(join(root, 'docs.html'), 'utf8');
  const page = template
    .replace('<!-- build:styles -->', `<link rel="stylesheet" href="${url(entry.css)}">`)
    .replace('<!-- build:scripts -->', `<script type="module" src="${url(entry.path)}"></script>`);
  await writeFile(join(dist, 'docs.html'), page);
}
