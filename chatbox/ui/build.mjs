// Builds the interface into dist/: hashed ES modules, one stylesheet, the shell page, compressed twins, a size check.
// Usage: node build.mjs [--watch] [--maps]
import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { budgetReport } from './scripts/budget.mjs';
import { woff2Only } from './scripts/katex-fonts.mjs';
import { precompress } from './scripts/precompress.mjs';
import { writeDocs, writeShell } from './scripts/shell.mjs';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'dist');
const assets = join(dist, 'assets');
const watching = process.argv.includes('--watch');
const maps = process.argv.includes('--maps') || watching;

const shared = {
  absWorkingDir: root,
  bundle: true,
  minify: !watching,
  target: ['es2022', 'chrome120', 'firefox121', 'safari17'],
  outdir: assets,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  metafile: true,
  legalComments: 'none',
  sourcemap: maps ? 'linked' : false,
  logLevel: 'warning',
};

/** KaTeX's stylesheet is an entry of its own: imported from a module, esbuild would fold it into the first stylesheet. */
async function buildMathStyles() {
  const result = await esbuild.build({
    ...shared,
    entryPoints: { 'katex-style': 'katex/dist/katex.min.css' },
    loader: { '.woff2': 'file' },
    plugins: [woff2Only],
  });
  const name = Object.keys(result.metafile.outputs).find((path) => path.endsWith('.css'));
  return { metafile: result.metafile, file: name.split('/').at(-1) };
}

function appOptions(mathStyles, onBuilt) {
  return {
    ...shared,
    entryPoints: { main: 'src/main.tsx' },
    format: 'esm',
    splitting: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: {
      KATEX_STYLESHEET: JSON.stringify(mathStyles.file),
      'process.env.NODE_ENV': watching ? '"development"' : '"production"',
    },
    plugins: [{ name: 'after-build', setup: (build) => build.onEnd(onBuilt) }],
  };
}

/** The API reference shares no chunk with the app: neither makes the other larger. */
async function buildDocs() {
  const options = { ...shared, entryPoints: { docs: 'src/docs/main.ts' }, format: 'esm' };
  const onBuilt = (result) => (result.errors.length > 0 ? undefined : writeDocs({ root, dist, metafile: result.metafile }));
  const plugins = [{ name: 'after-build', setup: (build) => build.onEnd(onBuilt) }];
  if (watching) return (await esbuild.context({ ...options, plugins })).watch();
  return (await esbuild.build({ ...options, plugins })).metafile;
}

async function finishBuild(result, mathStyles, docs) {
  if (result.errors.length > 0) return;
  await cp(join(root, 'public'), dist, { recursive: true });
  const preload = await writeShell({ root, dist, metafile: result.metafile });
  if (watching) {
    process.stdout.write(`built ${new Date().toLocaleTimeString()}\n`);
    return;
  }
  await precompress(assets);
  const report = await budgetReport({ dist, app: result.metafile, math: mathStyles.metafile, docs, preload });
  process.stdout.write(report.table);
  if (report.failed) process.exitCode = 1;
}

await rm(dist, { recursive: true, force: true });
await mkdir(assets, { recursive: true });
const mathStyles = await buildMathStyles();
const docs = await buildDocs();
const options = appOptions(mathStyles, (result) => finishBuild(result, mathStyles, docs));
if (watching) {
  await (await esbuild.context(options)).watch();
} else {
  await esbuild.build(options).catch(() => process.exit(1));
}
