// Which grammars can be loaded, under which names models write them. Each grammar is a chunk of its own.

import type { LanguageFn } from 'highlight.js';

type Load = () => Promise<{ default: LanguageFn }>;

const GRAMMARS: Record<string, Load> = {
  bash: () => import('highlight.js/lib/languages/bash'),
  c: () => import('highlight.js/lib/languages/c'),
  clojure: () => import('highlight.js/lib/languages/clojure'),
  cmake: () => import('highlight.js/lib/languages/cmake'),
  cpp: () => import('highlight.js/lib/languages/cpp'),
  csharp: () => import('highlight.js/lib/languages/csharp'),
  css: () => import('highlight.js/lib/languages/css'),
  dart: () => import('highlight.js/lib/languages/dart'),
  diff: () => import('highlight.js/lib/languages/diff'),
  dockerfile: () => import('highlight.js/lib/languages/dockerfile'),
  elixir: () => import('highlight.js/lib/languages/elixir'),
  erlang: () => import('highlight.js/lib/languages/erlang'),
  go: () => import('highlight.js/lib/languages/go'),
  graphql: () => import('highlight.js/lib/languages/graphql'),
  haskell: () => import('highlight.js/lib/languages/haskell'),
  http: () => import('highlight.js/lib/languages/http'),
  ini: () => import('highlight.js/lib/languages/ini'),
  java: () => import('highlight.js/lib/languages/java'),
  javascript: () => import('highlight.js/lib/languages/javascript'),
  json: () => import('highlight.js/lib/languages/json'),
  julia: () => import('highlight.js/lib/languages/julia'),
  kotlin: () => import('highlight.js/lib/languages/kotlin'),
  latex: () => import('highlight.js/lib/languages/latex'),
  less: () => import('highlight.js/lib/languages/less'),
  lua: () => import('highlight.js/lib/languages/lua'),
  makefile: () => import('highlight.js/lib/languages/makefile'),
  markdown: () => import('highlight.js/lib/languages/markdown'),
  matlab: () => import('highlight.js/lib/languages/matlab'),
  nginx: () => import('highlight.js/lib/languages/nginx'),
  nix: () => import('highlight.js/lib/languages/nix'),
  objectivec: () => import('highlight.js/lib/languages/objectivec'),
  ocaml: () => import('highlight.js/lib/languages/ocaml'),
  perl: () => import('highlight.js/lib/languages/perl'),
  php: () => import('highlight.js/lib/languages/php'),
  powershell: () => import('highlight.js/lib/languages/powershell'),
  protobuf: () => import('highlight.js/lib/languages/protobuf'),
  python: () => import('highlight.js/lib/languages/python'),
  r: () => import('highlight.js/lib/languages/r'),
  ruby: () => import('highlight.js/lib/languages/ruby'),
  rust: () => import('highlight.js/lib/languages/rust'),
  scala: () => import('highlight.js/lib/languages/scala'),
  scss: () => import('highlight.js/lib/languages/scss'),
  shell: () => import('highlight.js/lib/languages/shell'),
  sql: () => import('highlight.js/lib/languages/sql'),
  swift: () => import('highlight.js/lib/languages/swift'),
  typescript: () => import('highlight.js/lib/languages/typescript'),
  vim: () => import('highlight.js/lib/languages/vim'),
  x86asm: () => import('highlight.js/lib/languages/x86asm'),
  xml: () => import('highlight.js/lib/languages/xml'),
  yaml: () => import('highlight.js/lib/languages/yaml'),
};

const ALIASES: Record<string, string> = {
  asm: 'x86asm', assembly: 'x86asm', astro: 'xml', atom: 'xml', bat: 'powershell', 'c++': 'cpp', 'c#': 'csharp', cc: 'cpp',
  cjs: 'javascript', clj: 'clojure', conf: 'ini', console: 'shell', cs: 'csharp', docker: 'dockerfile', env: 'ini',
  erl: 'erlang', ex: 'elixir', exs: 'elixir', fish: 'bash', golang: 'go', gql: 'graphql', h: 'c', hpp: 'cpp', hs: 'haskell',
  htm: 'xml', html: 'xml', jl: 'julia', js: 'javascript', json5: 'json', jsonc: 'json', jsonl: 'json', jsx: 'javascript',
  kt: 'kotlin', kts: 'kotlin', make: 'makefile', md: 'markdown', mjs: 'javascript', ml: 'ocaml', mm: 'objectivec',
  mysql: 'sql', objc: 'objectivec', patch: 'diff', pgsql: 'sql', pl: 'perl', postgres: 'sql', postgresql: 'sql',
  proto: 'protobuf', ps1: 'powershell', pwsh: 'powershell', py: 'python', python3: 'python', rb: 'ruby', rs: 'rust',
  sass: 'scss', sh: 'bash', sqlite: 'sql', svelte: 'xml', svg: 'xml', terminal: 'shell', tex: 'latex', toml: 'ini',
  ts: 'typescript', tsx: 'typescript', vue: 'xml', xhtml: 'xml', yml: 'yaml', zsh: 'bash',
};

/** Grammars that embed others. */
const EMBEDDED: Record<string, string[]> = {
  xml: ['css', 'javascript'],
  php: ['xml'],
  markdown: ['xml'],
  shell: ['bash'],
};

/** The grammar's name for what a model wrote after the fence, or null. */
export function grammarName(language: string): string | null {
  const key = language.toLowerCase();
  if (Object.hasOwn(GRAMMARS, key)) return key;
  return Object.hasOwn(ALIASES, key) ? (ALIASES[key] ?? null) : null;
}

/** Loads a grammar and those that it embeds. */
export async function loadGrammars(name: string): Promise<[string, LanguageFn][]> {
  const names = [name, ...(EMBEDDED[name] ?? [])];
  return Promise.all(names.map(async (each): Promise<[string, LanguageFn]> => {
    const load = GRAMMARS[each] as Load;
    return [each, (await load()).default];
  }));
}
