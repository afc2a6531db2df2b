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

/** Lazy entries that the first chat screen needs anyway: the chat route and one locale. */
export function firstScreenEntries(metafile) {
  const wanted = /^src\/(features\/(chat|composer)\/|lib\/i18n\/locales\/en\b)/;
  return Object.entries(metafile.outputs)
    .filter(([, output]) => output.entryPoint && wanted.test(output.entryPoint))
    .map(([path]) => path);
}
