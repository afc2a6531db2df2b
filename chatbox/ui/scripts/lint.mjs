// House rules that a type checker cannot see. Each rule says what it forbids and why.
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src');

const RULES = [
  { pattern: /\b(?:innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML)\b/, why: 'HTML strings are never parsed; build elements' },
  { pattern: /\bdocument\.write(?:ln)?\s*\(/, why: 'HTML strings are never parsed; build elements' },
  { pattern: /\b(?:eval|new Function)\s*\(/, why: 'the content security policy forbids it' },
  { pattern: /setAttribute\(\s*['"]style['"]/, why: 'blocked by the style policy; use style.setProperty or a class' },
  { pattern: /\sstyle="/, why: 'blocked by the style policy; use a class' },
  { pattern: /\.key\s*===?\s*['"]Enter['"]/, why: 'an input method also sends Enter; ask isImeEnter of lib/a11y/ime.ts', except: /^lib\/a11y\/ime\.ts$/, unless: /\bisImeEnter\(/ },
  { pattern: /maximum-scale|user-scalable/, why: 'readers must be able to zoom' },
  { pattern: /crypto\.randomUUID/, why: 'missing on plain http; use lib/platform/uuid.ts', except: /^lib\/platform\// },
  { pattern: /navigator\.clipboard/, why: 'missing on plain http; use lib/platform/clipboard.ts', except: /^lib\/platform\// },
  { pattern: /:\s*any\b|\bas any\b|<any>/, why: 'say the type' },
  { pattern: /@ts-(?:ignore|nocheck)/, why: 'say the type' },
];

const IMPORT = /(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g;
const WITHOUT_PREACT = /^lib\/(?:md|scroll|net)\//;
const LONGEST_FILE = 300;
/** Files that may be longer, with the reason. */
const LONG_FILES = new Map([['lib/api/schema.d.ts', 'generated'], ['lib/ui/icons.ts', 'drawings']]);

const complaints = [];
const complain = (file, line, text) => complaints.push(`${file}:${line}: ${text}`);

for (const path of await sources(source)) {
  const file = relative(source, path).split(sep).join('/');
  const lines = (await readFile(path, 'utf8')).split('\n');
  if (/\.tsx?$/.test(file) && lines.length > LONGEST_FILE + 1 && !LONG_FILES.has(file)) complain(file, LONGEST_FILE, `longer than ${LONGEST_FILE} lines`);
  const text = lines.join('\n');
  lines.forEach((line, index) => checkLine(file, index + 1, line, text));
}

function checkLine(file, number, line, text) {
  if (/^\s*(?:\/\/|\*|\/\*)/.test(line)) return;
  for (const { pattern, why, except, unless } of RULES) {
    if (pattern.test(line) && !except?.test(file) && !unless?.test(text)) complain(file, number, `${line.trim().slice(0, 60)} — ${why}`);
  }
  for (const [, target] of line.matchAll(IMPORT)) checkImport(file, number, target);
}

function checkImport(file, number, target) {
  if (WITHOUT_PREACT.test(file) && /^(?:preact|@preact)/.test(target)) complain(file, number, 'this folder does not know Preact');
  if (!target.startsWith('.')) return;
  const resolved = join(file, '..', target).split(sep).join('/');
  const from = /^features\/([^/]+)/.exec(file)?.[1];
  const into = /^features\/([^/]+)(\/.+)?/.exec(resolved);
  if (file.startsWith('lib/') && into) complain(file, number, 'lib does not import features');
  const isInside = into?.[2] !== undefined && !/^\/index(?:\.tsx?)?$/.test(into[2]);
  if (from !== undefined && into && into[1] !== from && isInside) complain(file, number, `import features/${into[1]} through its index`);
}

async function sources(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile() && /\.(?:ts|tsx|css)$/.test(entry.name)).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

if (complaints.length > 0) {
  process.stderr.write(`${complaints.join('\n')}\n${complaints.length} complaint(s)\n`);
  process.exit(1);
}
