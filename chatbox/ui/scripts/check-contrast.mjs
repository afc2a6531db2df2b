// Reads the colour tokens and checks every pair that carries text (4.5:1) or marks a control (3:1), in each theme.
import { readFile } from 'node:fs/promises';

const css = await readFile(new URL('../src/styles/tokens.css', import.meta.url), 'utf8');
const SURFACES = ['--bg', '--bg-side', '--bg-sunken', '--bg-raised'];
const ON_SURFACES = ['--text', '--text-2', '--text-3', '--accent', '--danger', '--warn', '--ok', '--info'];
const SYNTAX = ['keyword', 'string', 'number', 'function', 'comment', 'type', 'error'].map((name) => `--syn-${name}`);

const PAIRS = [
  ...ON_SURFACES.flatMap((text) => SURFACES.map((surface) => [text, surface, 4.5])),
  ...SURFACES.map((surface) => ['--line-strong', surface, 3]),
  ...SYNTAX.map((text) => [text, '--bg-sunken', 4.5]),
  ...['danger', 'warn', 'ok', 'info'].map((name) => [`--${name}`, `--${name}-soft`, 4.5]),
  ['--on-accent', '--accent', 4.5],
  ['--on-accent', '--accent-hover', 4.5],
  ['--text', '--accent-soft', 4.5],
  ['--accent', '--accent-soft', 4.5],
];

/** Every rule that sets text or background is a theme; it adds to the rules that hold at the same time. */
function themes() {
  const rules = [...css.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(/([^{}]+)\{([^{}]*)\}/g)]
    .map(([, selector, body]) => ({ selector: selector.trim(), own: colours(body) }))
    .filter(({ own }) => own.has('--bg') || own.has('--text'));
  const isDark = (selector) => /theme-dark|not\(\.theme-light/.test(selector);
  const isStrong = (selector) => selector.includes('contrast-more');
  return rules.map(({ selector, own }) => {
    const below = rules.filter((rule) => (!isDark(rule.selector) || isDark(selector)) && (!isStrong(rule.selector) || isStrong(selector)));
    const ranked = below.sort((a, b) => rank(a.selector) - rank(b.selector));
    return { selector, colours: new Map([...ranked.flatMap((rule) => [...rule.own]), ...own]) };
  });

  function rank(selector) {
    return Number(isDark(selector)) + 2 * Number(isStrong(selector));
  }
}

function colours(body) {
  return new Map([...body.matchAll(/(--[\w-]+)\s*:\s*(#[0-9a-fA-F]{3,8})\s*;/g)].map(([, name, value]) => [name, value]));
}

function luminance(hex) {
  const full = hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit).join('') : hex.slice(1, 7);
  const [red, green, blue] = [0, 2, 4].map((at) => {
    const value = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const failures = [];
const all = themes();
for (const { selector, colours: set } of all) {
  for (const [front, back, least] of PAIRS) {
    if (!set.has(front) || !set.has(back)) failures.push(`${selector}: no ${set.has(front) ? back : front}`);
    else if (contrast(set.get(front), set.get(back)) < least) {
      failures.push(`${selector}: ${front} on ${back} is ${contrast(set.get(front), set.get(back)).toFixed(2)}, needs ${least}`);
    }
  }
}
if (all.length < 2) failures.push('tokens.css has no second theme');
if (failures.length > 0) {
  process.stderr.write(`${[...new Set(failures)].join('\n')}\n`);
  process.exit(1);
}
