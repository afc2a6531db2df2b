// @vitest-environment happy-dom
/** Spelling of key presses, caps on display, movement in groups. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { caps, dispatch, keysOf, registered, registerShortcuts, remap, setShortcutsOn, spell } from "../../../src/lib/a11y/shortcuts";
import { nextIndex } from "../../../src/lib/a11y/roving";

const key = (init: KeyboardEventInit & { key: string }): KeyboardEvent => new KeyboardEvent("keydown", { cancelable: true, ...init });

describe("spell", () => {
  test.each([
    [{ key: "k", ctrlKey: true }, false, "mod+k"],
    [{ key: "k", metaKey: true }, true, "mod+k"],
    [{ key: "k", ctrlKey: true }, true, "k"],
    [{ key: "O", ctrlKey: true, shiftKey: true }, false, "mod+shift+o"],
    [{ key: "?", shiftKey: true }, false, "?"],
    [{ key: "Shift", shiftKey: true }, false, ""],
    [{ key: "Escape" }, false, "escape"],
  ])("%j", (init, mac, wanted) => expect(spell(key(init), mac)).toBe(wanted));
});

test("caps name the keys of the platform", () => {
  expect(caps("mod+shift+o", false)).toEqual(["Ctrl", "Shift", "O"]);
  expect(caps("mod+k", true)).toEqual(["⌘", "K"]);
  expect(caps("")).toEqual([]);
});

describe("dispatch", () => {
  afterEach(() => {
    registered.value = [];
    setShortcutsOn(true);
    remap("x", null);
  });
  const shortcut = (run: () => void) => ({ id: "x", keys: "mod+j", group: "general" as const, label: () => "x", run });

  test("runs what the keys spell, and what they were changed to", () => {
    const run = vi.fn();
    registerShortcuts(shortcut(run));
    expect(dispatch(key({ key: "j", ctrlKey: true }))).toBe(true);
    remap("x", "mod+u");
    expect(dispatch(key({ key: "j", ctrlKey: true }))).toBe(false);
    expect(dispatch(key({ key: "u", ctrlKey: true }))).toBe(true);
    expect(run).toHaveBeenCalledTimes(2);
  });

  test("does nothing while shortcuts are off or the action does not apply", () => {
    const run = vi.fn();
    registerShortcuts({ ...shortcut(run), when: () => false });
    expect(dispatch(key({ key: "j", ctrlKey: true }))).toBe(false);
    registerShortcuts(shortcut(run));
    setShortcutsOn(false);
    expect(dispatch(key({ key: "j", ctrlKey: true }))).toBe(false);
    expect(run).not.toHaveBeenCalled();
  });

  test("an emptied shortcut matches nothing", () => {
    registerShortcuts(shortcut(() => undefined));
    remap("x", "");
    expect(keysOf(shortcut(() => undefined))).toBe("");
    expect(dispatch(key({ key: "Control", ctrlKey: true }))).toBe(false);
  });
});

test.each([
  ["ArrowDown", 2, 3, {}, 0],
  ["ArrowUp", 0, 3, {}, 2],
  ["ArrowDown", 2, 3, { wrap: false }, null],
  ["End", 0, 3, {}, 2],
  ["ArrowRight", 0, 3, {}, null],
  ["ArrowRight", 0, 3, { orientation: "horizontal" as const }, 1],
  ["ArrowDown", -1, 0, {}, null],
])("nextIndex %s from %i of %i", (name, from, count, options, wanted) => expect(nextIndex(name, from, count, options)).toBe(wanted));
