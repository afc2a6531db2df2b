/** Enter, by setting, by device and by input method. */
import { expect, it } from "vitest";
import { noteCompositionEnd } from "../../src/lib/a11y/ime";
import { intentOf, type ComposerKey, type KeySituation } from "../../src/features/composer/keys";

const key = (fields: Partial<ComposerKey> = {}): ComposerKey => ({
  key: "Enter", isComposing: false, keyCode: 13, timeStamp: 10_000, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...fields,
});
const here: KeySituation = { sendKey: "enter", isCoarse: false, isEmpty: false };

it.each([
  ["plain Enter sends", key(), here, "send"],
  ["Shift+Enter is a new line", key({ shiftKey: true }), here, "none"],
  ["Ctrl+Enter always sends", key({ ctrlKey: true }), here, "send"],
  ["with the other setting Enter is a new line", key(), { ...here, sendKey: "mod_enter" }, "none"],
  ["with the other setting ⌘+Enter sends", key({ metaKey: true }), { ...here, sendKey: "mod_enter" }, "send"],
  ["on a touch keyboard Enter is a new line", key(), { ...here, isCoarse: true }, "none"],
  ["composing does not send", key({ isComposing: true }), here, "none"],
  ["key code 229 does not send", key({ keyCode: 229 }), here, "none"],
  ["ArrowUp in an empty box edits", key({ key: "ArrowUp" }), { ...here, isEmpty: true }, "editLast"],
  ["ArrowUp in text moves the caret", key({ key: "ArrowUp" }), here, "none"],
  ["Shift+ArrowUp selects", key({ key: "ArrowUp", shiftKey: true }), { ...here, isEmpty: true }, "none"],
] as const)("%s", (_name, event, situation, expected) => {
  expect(intentOf(event, situation as KeySituation)).toBe(expected);
});

it("ignores the Enter that Safari fires right after a composition", () => {
  noteCompositionEnd(20_000);
  expect(intentOf(key({ timeStamp: 20_040 }), here)).toBe("none");
  expect(intentOf(key({ timeStamp: 20_200 }), here)).toBe("send");
});
