// The size gate: gzip sizes of what the first chat screen loads, and the raw size of the whole build.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chatEntries, docsEntry, startEntries, staticClosure } from './outputs.mjs';

const KB = 1024;
const LIMITS = [
  { id: 'start', name: 'new chat page JS (gz)', aim: 60 * KB, fail: 75 * KB },
  { id: 'js', name: 'chat with messages JS (gz)', aim: 75 * KB, fail: 90 * KB },
  { id: 'css', name: 'first screen CSS (gz)', aim: 12 * KB, fail: 14 * KB },
  { id: 'html', name: 'page (gz)', aim: 5 * KB, fail: 8 * KB },
  { id: 'katex', name: 'KaTeX JS + CSS, lazy (gz)', aim: 80 * KB, fail: 88 * KB },
  { id: 'highlight', name: 'highlighter core, lazy (gz)', aim: 12 * KB, fail: 13.2 * KB },
  { id: 'docs', name: 'API reference JS (gz)', aim: 10 * KB, fail: 12 * KB },
  { id: 'dist', name: 'dist, raw', aim: 1.2 * KB * KB, fail: 1.6 * KB * KB },
];

export async function budgetReport({ dist, app, late, docs, preload }) {
  const gz = async (paths) => sum(await Promise.all(paths.map((path) => gzipSize(join(dist, 'assets', basename(path))))));
  const start = withClosure(app, preload.scripts, startEntries(app));
  const first = withClosure(app, [...start], chatEntries(app));
  const sizes = {
    start: await gz([...start]),
    js: await gz([...first]),
    css: await gz(preload.styles),
    html: await gzipSize(join(dist, 'index.html')),
    katex: await gz([...lazyChunk(app, /node_modules\/katex\//), ...Object.keys(late.outputs).filter((path) => /katex-style-.*\.css$/.test(path))]),
    highlight: await gz(lazyChunk(app, /highlight\.js\/lib\/core\.js$/)),
    docs: await gz([docsEntry(docs).path]),
    dist: await rawSize(dist),
  };
  return render(sizes, await topInputs(app, first));
}

function withClosure(metafile, paths, entries) {
  return new Set([...paths, ...entries.flatMap((entry) => staticClosure(metafile, entry))]);
}

function render(sizes, inputs) {
  let failed = false;
  const rows = LIMITS.map(({ id, name, aim, fail }) => {
    const size = sizes[id];
    const verdict = size > fail ? 'FAIL' : size > aim ? 'over the aim' : 'ok';
    failed ||= size > fail;
    return `  ${name.padEnd(30)} ${kb(size)}  aim ${kb(aim)}  fail ${kb(fail)}  ${verdict}`;
  });
  const heavy = inputs.map(([name, bytes]) => `  ${name.padEnd(44)} ${kb(bytes)} minified`);
  return { failed, table: `${rows.join('\n')}\n largest parts of the first screen:\n${heavy.join('\n')}\n` };
}

/** Output files whose largest input matches the pattern. */
function lazyChunk(metafile, pattern) {
  return Object.entries(metafile.outputs)
    .filter(([path, output]) => path.endsWith('.js') && pattern.test(largestInput(output)))
    .map(([path]) => path);
}

function largestInput(output) {
  const inputs = Object.entries(output.inputs).sort((a, b) => b[1].bytesInOutput - a[1].bytesInOutput);
  return inputs[0]?.[0] ?? '';
}

async function topInputs(metafile, outputs) {
  const totals = new Map();
  for (const path of outputs) {
    for (const [input, { bytesInOutput }] of Object.entries(metafile.outputs[path].inputs)) {
      const part = partOf(input);
      totals.set(part, (totals.get(part) ?? 0) + bytesInOutput);
    }
  }
  return [...totals].sort((a, b) => b[1] - a[1]).slice(0, 10);
}

function partOf(input) {
  const inModules = input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/);
  if (inModules) return inModules[1];
  return input.split('/').slice(0, input.startsWith('src/lib') || input.startsWith('src/features') ? 3 : 2).join('/');
}

async function rawSize(folder) {
  let total = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() && !/\.(br|gz|map)$/.test(entry.name)) {
      total += (await stat(join(entry.parentPath ?? entry.path, entry.name))).size;
    }
  }
  return total;
}

async function gzipSize(path) {
  return gzipSync(await readFile(path), { level: 9 }).length;
}

const sum = (numbers) => numbers.reduce((total, value) => total + value, 0);
const kb = (bytes) => `${(bytes / KB).toFixed(1).padStart(7)} KB`;
