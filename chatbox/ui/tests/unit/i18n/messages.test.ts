// @vitest-environment happy-dom
/** Every message compiles in every locale, names the same parameters, and exists everywhere. */
import { describe, expect, test } from "vitest";
import { compile } from "../../../src/lib/i18n/plural";
import { messages as en } from "../../../src/lib/i18n/locales/en";
import { messages as enMore } from "../../../src/lib/i18n/more/en";
import { messages as zh } from "../../../src/lib/i18n/locales/zh-Hans";
import { messages as zhMore } from "../../../src/lib/i18n/more/zh-Hans";
import { formatTokens, preferredLocale, setLocale, t } from "../../../src/lib/i18n";

const english: Record<string, string> = { ...en, ...enMore };
const chinese: Record<string, string> = { ...zh, ...zhMore };
const namesIn = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)\s*[,}]/g)].map((match) => match[1] ?? ""))].sort();

test("both locales have the same keys", () => expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort()));

test.each(Object.keys(english))("%s", (key) => {
  expect(() => compile(english[key] ?? "", "en")({ n: 1 })).not.toThrow();
  expect(() => compile(chinese[key] ?? "", "zh-Hans")({ n: 1 })).not.toThrow();
  for (const name of namesIn(chinese[key] ?? "")) expect(namesIn(english[key] ?? "")).toContain(name);
});

describe("compile", () => {
  const text = "{n, plural, =0 {no models} one {# model of {name}} other {# models of {name}}}";
  test.each([
    [0, "no models"],
    [1, "1 model of up"],
    [1200, "1,200 models of up"],
  ])("plural of %i", (n, wanted) => expect(compile(text, "en")({ n, name: "up" })).toBe(wanted));
  test("select", () => expect(compile("{x, select, a {A} other {O}}", "en")({ x: "b" })).toBe("O"));
  test("malformed messages are refused", () => expect(() => compile("{n, plural, one {x}}", "en")).toThrow());
});

test("the locale changes without a reload", async () => {
  expect(t("shell.settings")).toBe("Settings");
  await setLocale("zh-Hans");
  expect(t("shell.settings")).toBe("设置");
  expect(document.documentElement.lang).toBe("zh-Hans");
  await setLocale("en");
});

test.each([
  [["zh-CN", "en"], "zh-Hans"],
  [["en-GB"], "en"],
  [["fr", "de"], "en"],
])("%j means %s", (languages, wanted) => expect(preferredLocale(languages)).toBe(wanted));

test.each([
  [950, "950"],
  [12_400, "12.4k"],
  [131_072, "128k"],
  [200_000, "200k"],
  [1_048_576, "1M"],
])("%i tokens read %s", (value, wanted) => expect(formatTokens(value)).toBe(wanted));
