// Reads esbuild's metafile: which files the first page load needs.

/** The entry and everything it imports statically, as output paths relative to the project. */
export function staticClosure(metafile, entry) {
  const seen = new Set();
  const queue = [entry];
  while (queue.length > 0) {
    const path = queue.pop();
    if (seen.has(path) || !metafile.outputs[path]) continue;
    seen.add(path);
    for (const item of metafile.outputs[path].imports) {
      if (item.kind === 'import-statement' && !item.external) queue.push(item.path);
    }
  }
  return [...seen];
}

export function mainEntry(metafile) {
  const found = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === 'src/main.tsx');
  if (!found) throw new Error('no output for src/main.tsx');
  return { path: found[0], css: found[1].cssBundle ?? null };
}

export function docsEntry(metafile) {
  const found = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === 'src/docs/main.ts');
  if (!found) throw new Error('no output for src/docs/main.ts');
  return { path: found[0], css: found[1].cssBundle };
}

/** Lazy entries that every screen needs: one locale. */
export const startEntries = (metafile) => lazyEntries(metafile, /src\/lib\/i18n\/locales\/en\b/);

/** Lazy entries that a chat needs as soon as it has messages. */
export const chatEntries = (metafile) => lazyEntries(metafile, /src\/features\/(chat|composer)\//);

function lazyEntries(metafile, wanted) {
  return Object.entries(metafile.outputs)
    .filter(([, output]) => output.entryPoint && wanted.test(output.entryPoint))
    .map(([path]) => path);
}
