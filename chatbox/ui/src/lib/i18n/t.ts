/**
 * Texts of the interface. `t` reads a signal, so every component that calls it follows a change of
 * locale by itself. English for the first screen is bundled; everything else is a chunk of its own.
 */
import { computed, signal } from "@preact/signals";
import { messages as en } from "./locales/en";
import type { messages as more } from "./more/en";
import { compile, type Message, type Params } from "./plural";

export type Locale = "en" | "zh-Hans";
export type Key = keyof typeof en | keyof typeof more;
type Catalog = Readonly<Record<string, string>>;

export const LOCALES: readonly { readonly id: Locale; readonly name: string }[] = [
  { id: "en", name: "English" },
  { id: "zh-Hans", name: "简体中文" },
];

const loaded = signal<{ readonly locale: Locale; readonly catalog: Catalog }>({ locale: "en", catalog: en });
let compiled = new Map<string, Message>();
let needsMore = false;

/** The locale in force. */
export const locale = computed<Locale>(() => loaded.value.locale);

async function catalogOf(wanted: Locale): Promise<Catalog> {
  const isEnglish = wanted === "en";
  const first: Catalog = isEnglish ? en : (await import("./locales/zh-Hans")).messages;
  if (!needsMore) return first;
  const rest = isEnglish ? await import("./more/en") : await import("./more/zh-Hans");
  return { ...first, ...rest.messages };
}

function show(next: Locale, catalog: Catalog): void {
  compiled = new Map();
  loaded.value = { locale: next, catalog };
}

/** The text for `key` in the current locale. */
export function t(key: Key, params: Params = {}): string {
  const { locale: current, catalog } = loaded.value;
  let message = compiled.get(key);
  if (!message) {
    message = compile(catalog[key] ?? key, current);
    compiled.set(key, message);
  }
  return message(params);
}

/** True when `key` names a text: for keys made from server codes, such as `errors.rate_limited`. */
export function hasKey(key: string): key is Key {
  return Object.hasOwn(loaded.value.catalog, key);
}

/** Brings the texts of the lazily loaded screens; called beside the import of such a screen. */
export async function loadMore(): Promise<void> {
  if (needsMore) return;
  needsMore = true;
  try {
    const current = loaded.peek().locale;
    show(current, await catalogOf(current));
  } catch (error) {
    needsMore = false;
    throw error;
  }
}

/** What "auto" means in this browser. */
export function preferredLocale(languages: readonly string[] = navigator.languages): Locale {
  for (const language of languages) {
    if (/^zh\b/i.test(language)) return "zh-Hans";
    if (/^en\b/i.test(language)) return "en";
  }
  return "en";
}

/** Switches the interface to `wanted`; a chunk that cannot be loaded leaves the locale as it is. */
export async function setLocale(wanted: Locale | "auto"): Promise<void> {
  const next = wanted === "auto" ? preferredLocale() : wanted;
  if (next !== loaded.peek().locale) show(next, await catalogOf(next));
  if (typeof document !== "undefined") document.documentElement.lang = next;
}
