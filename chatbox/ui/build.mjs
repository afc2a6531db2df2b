// Builds the interface into dist/: hashed ES modules, one stylesheet, the shell page, compressed twins, a size check.
// Usage: node build.mjs [--watch] [--maps]
import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { budgetReport } from './scripts/budget.mjs';
import { mainEntry } from './scripts/outputs.mjs';
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

/** Stylesheets of parts that load late. Imported from a module, esbuild would fold them into the first one. */
const LATE = { katex: 'katex/dist/katex.min.css', auth: 'src/features/auth/auth.css', admin: 'src/features/admin/admin.css' };

async function buildLateStyles() {
  const result = await esbuild.build({
    ...shared,
    entryPoints: LATE,
    entryNames: '[name]-style-[hash]',
    loader: { '.woff2': 'file' },
    plugins: [woff2Only],
  });
  const built = Object.keys(result.metafile.outputs).map((path) => path.split('/').at(-1));
  const files = Object.keys(LATE).map((name) => [name, built.find((file) => file.startsWith(`${name}-style-`))]);
  return { metafile: result.metafile, files: Object.fromEntries(files) };
}

/**
 * Keeps the first screen in one chunk: a late part is bundled as if it needed all of it. Otherwise
 * esbuild cuts out a chunk for every set of parts that share a module; a dozen small ones cost
 * 3 KB of compression and a request each.
 */
const wholeFirstScreen = {
  name: 'whole-first-screen',
  setup(build) {
    build.onResolve({ filter: /^\./ }, async ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const found = await build.resolve(path, { kind: 'import-statement', resolveDir });
      return found.errors.length > 0 ? found : { path: found.path, namespace: 'late' };
    });
    build.onLoad({ filter: /./, namespace: 'late' }, ({ path }) => ({
      contents: `import ${JSON.stringify(join(root, 'src/App.tsx'))};\nexport * from ${JSON.stringify(path)};`,
      resolveDir: root,
    }));
  },
};

function appOptions(lateStyles, onBuilt) {
  return {
    ...shared,
    entryPoints: { main: 'src/main.tsx' },
    format: 'esm',
    splitting: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: {
      LATE_STYLES: JSON.stringify(lateStyles.files),
      'process.env.NODE_ENV': watching ? '"development"' : '"production"',
    },
    plugins: [wholeFirstScreen, { name: 'after-build', setup: (build) => build.onEnd(onBuilt) }],
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

/** The first stylesheet has everything that modules import; the late parts' own copies are of no use. */
async function dropUnusedStyles(metafile) {
  const { css } = mainEntry(metafile);
  const unused = Object.keys(metafile.outputs).filter((path) => /\.css(?:\.map)?$/.test(path) && !path.startsWith(css));
  await Promise.all(unused.map((path) => rm(join(root, path))));
}

async function finishBuild(result, lateStyles, docs) {
  if (result.errors.length > 0) return;
  await cp(join(root, 'public'), dist, { recursive: true });
  await dropUnusedStyles(result.metafile);
  const preload = await writeShell({ root, dist, metafile: result.metafile });
  if (watching) {
    process.stdout.write(`built ${new Date().toLocaleTimeString()}\n`);
    return;
  }
  await precompress(assets);
  const report = await budgetReport({ dist, app: result.metafile, late: lateStyles.metafile, docs, preload });
  process.stdout.write(report.table);
  if (report.failed) process.exitCode = 1;
}

await rm(dist, { recursive: true, force: true });
await mkdir(assets, { recursive: true });
const lateStyles = await buildLateStyles();
const docs = await buildDocs();
const options = appOptions(lateStyles, (result) => finishBuild(result, lateStyles, docs));
if (watching) {
  await (await esbuild.context(options)).watch();
} else {
  await esbuild.build(options).catch(() => process.exit(1));
}
