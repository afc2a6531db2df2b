// Locale files must hold the same keys with the same placeholders, every used key must exist, every key must be used.
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src', import.meta.url));
const folder = join(source, 'lib/i18n/locales');
const REFERENCE = 'en';
const complaints = [];

const locales = new Map();
for (const name of await readdir(folder)) locales.set(basename(name, '.json'), await messagesOf(join(folder, name)));
const reference = locales.get(REFERENCE);
if (!reference) throw new Error('no English messages');

for (const [locale, messages] of locales) {
  for (const [key, text] of reference) {
    if (!messages.has(key)) complaints.push(`${locale}: missing ${key}`);
    else if (placeholders(messages.get(key)) !== placeholders(text)) complaints.push(`${locale}: other placeholders in ${key}`);
  }
  for (const key of messages.keys()) if (!reference.has(key)) complaints.push(`${locale}: ${key} is not in English`);
}

const code = await sourceText();
const prefixes = [...code.matchAll(/["'`]([a-z][\w-]*(?:\.[\w-]+)*\.[\w-]*)(?:\$\{|["'`]\s*\+)/gi)].map(([, prefix]) => prefix);
const literals = new Set([...code.matchAll(/["'`]([a-z][\w-]*(?:\.[\w-]+)+)["'`]/gi)].map(([, key]) => key));
for (const key of reference.keys()) {
  const isUsed = literals.has(key) || prefixes.some((prefix) => key.startsWith(prefix));
  if (!isUsed) complaints.push(`unused: ${key}`);
}
for (const [, key] of code.matchAll(/\bt\(\s*["']([^"']+)["']/g)) {
  if (!reference.has(key)) complaints.push(`unknown key: ${key}`);
}

if (complaints.length > 0) {
  process.stderr.write(`${complaints.join('\n')}\n${complaints.length} complaint(s)\n`);
  process.exit(1);
}

/** A locale is one JSON file or a folder of them. */
async function messagesOf(path) {
  if (path.endsWith('.json')) return new Map(Object.entries(JSON.parse(await readFile(path, 'utf8'))));
  const merged = new Map();
  for (const name of await readdir(path)) {
    if (!name.endsWith('.json')) continue;
    for (const [key, text] of await messagesOf(join(path, name))) {
      if (merged.has(key)) complaints.push(`${basename(path)}: ${key} stands in two files`);
      merged.set(key, text);
    }
  }
  return merged;
}

function placeholders(text) {
  return [...new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name).filter((name) => reference && isArgument(text, name)))].sort().join();
}

/** `{n}` and `{n, plural, …}` name arguments; the words inside plural branches do not. */
function isArgument(text, name) {
  return new RegExp(`\\{${name}\\s*[,}]`).test(text);
}

async function sourceText() {
  const entries = await readdir(source, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name));
  const texts = await Promise.all(files.map((entry) => readFile(join(entry.parentPath ?? entry.path, entry.name), 'utf8')));
  return texts.join('\n');
}
