/** What the picker lists, parameters as text. */
import { expect, test } from "vitest";
import type { Model } from "../../../src/lib/api/types";
import { choicesFor, matches } from "../../../src/features/models/choices";
import { compact, countSet, readStops, writeStops } from "../../../src/features/models/params";

const model = (provider: string, name: string, part: Partial<Model> = {}): Model => ({
  id: `${provider}/${name}`, provider_id: provider, provider_name: provider, name, context_window: null, max_output: null,
  capabilities: [], enabled: true, available: true, is_default: false, is_system: false, ...part,
});
const many = ["a", "b", "c", "d", "e", "f", "g"].map((name) => model(name < "d" ? "one" : "two", name));

test("every word must occur", () => {
  expect(matches(model("up", "llama-3", { capabilities: ["vision"] }), "LLAMA vis")).toBe(true);
  expect(matches(model("up", "llama-3"), "llama vision")).toBe(false);
});

test("recent ones first, unless searched or few", () => {
  expect(choicesFor(many, "", ["two/e", "gone/x"], "Recent")[0]).toMatchObject({ key: "recent two/e", group: "Recent" });
  expect(choicesFor(many, "e", ["two/e"], "Recent")[0]?.key).not.toMatch(/^recent/);
  expect(choicesFor(many.slice(0, 3), "", ["one/a"], "Recent")).toHaveLength(3);
});

test("models of one provider stand together, disabled ones do not appear", () => {
  const mixed = [model("one", "a"), model("two", "b"), model("one", "c"), model("two", "d", { enabled: false })];
  expect(choicesFor(mixed, "", [], "").map((choice) => choice.key)).toEqual(["one/a", "one/c", "two/b"]);
});

test("parameters that are not set are left out", () => {
  expect(compact({ temperature: 0, top_p: null, stop: [] })).toEqual({ temperature: 0 });
  expect(countSet({ temperature: 0, seed: null }, " ")).toBe(1);
});

test("stop sequences survive the text field", () => {
  expect(readStops("END\n\\n\\nUser:\n\n")).toEqual(["END", "\n\nUser:"]);
  expect(readStops(writeStops(["a\nb"]))).toEqual(["a\nb"]);
});
