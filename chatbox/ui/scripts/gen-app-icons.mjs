// Makes the PNG icons from public/favicon.svg with a headless Chromium (set CHROMIUM to its path when it is elsewhere).
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../public', import.meta.url));
const chromium = process.env.CHROMIUM ?? 'chromium';
const svg = await readFile(join(folder, 'favicon.svg'), 'utf8');
const work = await mkdtemp(join(tmpdir(), 'icons-'));

/** A maskable icon is cut to any shape: full bleed, the mark within the middle four fifths. */
const ICONS = [
  { name: 'icon-192.png', size: 192, scale: 1, back: 'transparent' },
  { name: 'icon-512.png', size: 512, scale: 1, back: 'transparent' },
  { name: 'maskable.png', size: 512, scale: 0.8, back: '#0e6a60' },
];

for (const { name, size, scale, back } of ICONS) {
  const inner = size * scale;
  const page = `<!doctype html><style>html,body{margin:0;background:${back};overflow:hidden}svg{position:absolute;inset:${(size - inner) / 2}px;width:${inner}px;height:${inner}px}</style>${svg}`;
  const path = join(work, 'icon.html');
  await writeFile(path, page);
  await run(chromium, ['--headless=new', '--no-sandbox', '--hide-scrollbars', '--default-background-color=00000000',
    `--window-size=${size},${size}`, `--screenshot=${join(folder, name)}`, pathToFileURL(path).href]);
}
await rm(work, { recursive: true });
