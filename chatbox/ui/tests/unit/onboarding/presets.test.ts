/** Names and addresses of providers. */
import { expect, test } from "vitest";
import { freeName, isSameOrigin, isUsableUrl, PRESETS } from "../../../src/features/onboarding/presets";
import { readLimit } from "../../../src/features/settings/ModelDialogs";

test("a taken name gets a number", () => {
  expect(freeName("openai", [])).toBe("openai");
  expect(freeName("openai", ["OpenAI", "openai-2"])).toBe("openai-3");
  expect(freeName("", ["x"])).toBe("");
});

test.each([
  ["http://127.0.0.1:11434/v1", true],
  ["https://api.example.com", true],
  ["ftp://example.com", false],
  ["example.com/v1", false],
  ["http://", false],
])("%s usable: %s", (url, wanted) => expect(isUsableUrl(url)).toBe(wanted));

test("every preset has a usable address", () => {
  for (const preset of PRESETS.filter((one) => one.baseUrl)) expect(isUsableUrl(preset.baseUrl)).toBe(true);
});

test("another host loses the stored key, another path does not", () => {
  expect(isSameOrigin("https://a.example/v1", "https://a.example/v2")).toBe(true);
  expect(isSameOrigin("https://a.example/v1", "https://b.example/v1")).toBe(false);
  expect(isSameOrigin("https://a.example", "not an address")).toBe(false);
});

test.each([
  ["", null],
  ["8,192", 8192],
  ["0", undefined],
  ["many", undefined],
])("limit %j", (text, wanted) => expect(readLimit(text)).toBe(wanted));
