// @vitest-environment happy-dom
/** System settings: groups, faults, and values in words. */
import { beforeAll, describe, expect, test } from "vitest";
import type { SystemSetting, Value } from "../../../src/features/admin/model";
import { changedKeys, choiceOf, faultOf, fieldOf, groupsOf, hintOf, labelOf, linesOf, wordsOf } from "../../../src/features/admin/system/values";
import { problemsOf } from "../../../src/features/admin/use-work";
import { ApiError } from "../../../src/lib/api/client";
import { loadMoreTexts } from "../../../src/lib/i18n";

beforeAll(() => loadMoreTexts());

const setting = (key: string, value: Value, more: Partial<SystemSetting> = {}): SystemSetting => ({
  key, title: `About ${key}`, kind: "text", value, default: value, version: 0, owner_only: false, choices: null, minimum: null, maximum: null, ...more,
});

test("unknown settings come last, under their own titles", () => {
  const items = [setting("moon_phase", "full"), setting("name", "chatbox"), setting("require_totp", "nobody")];
  expect(groupsOf(items).map(({ name, items: own }) => [name, own.length])).toEqual([["general", 1], ["joining", 1], ["other", 1]]);
  expect(labelOf(items[0] ?? { key: "" })).toBe("About moon_phase");
  expect(labelOf({ key: "name" })).toBe("Name of the server");
  expect(hintOf("moon_phase")).toBeNull();
  expect(choiceOf("moon_phase", "full")).toBe("full");
});

test("only what differs counts as changed", () => {
  const items = [setting("name", "chatbox"), setting("admin_networks", [])];
  expect(changedKeys(items, { name: "chatbox", admin_networks: [] })).toEqual([]);
  expect(changedKeys(items, { name: "Team", admin_networks: ["10.0.0.0/8"] })).toEqual(["name", "admin_networks"]);
});

test.each([
  [72, true], [1, true], [0, false], [8761, false], ["", false], ["1.5", false], [1.5, false],
] as const)("%j is a number within limits: %j", (value, isFine) => {
  const hours = setting("invitation_hours", 72, { kind: "number", minimum: 1, maximum: 8760 });
  expect(faultOf(hours, value) === null).toBe(isFine);
});

test("lines are split, trimmed and freed of what is empty", () => expect(linesOf(" a.org \n\nb.org, c.org\n")).toEqual(["a.org", "b.org", "c.org"]));

test.each([
  ["name", null, "the default"],
  ["admins_read_sessions", true, "on"],
  ["turns_per_user", 1000, "1,000"],
  ["registration", "closed", "Nobody"],
  ["admin_networks", [], "empty"],
  ["admin_networks", ["10.0.0.0/8", "::1/128"], "10.0.0.0/8, ::1/128"],
] as const)("%s %j reads %s", (key, value, words) => expect(wordsOf(key, value)).toBe(words));

describe("failures", () => {
  test("a sentence that begins with a key belongs to its field", () => {
    expect(fieldOf("name: Expected `str` of length >= 1.", ["name"])).toEqual(["name", "Expected `str` of length >= 1."]);
    expect(fieldOf("These networks leave out 10.0.0.1: add it.", ["name"])).toBeNull();
  });
  test("codes and fields go where they belong, the rest to the form", () => {
    const taken = new ApiError(409, "name_taken", { detail: "That name is taken." });
    expect(problemsOf(taken, ["username"], { name_taken: "username" }).fields["username"]).toContain("in use already");
    const invalid = new ApiError(400, "invalid_request", { errors: [{ field: "email", detail: "No address." }] });
    expect(problemsOf(invalid, ["email"])).toEqual({ form: null, fields: { email: "No address." } });
    expect(problemsOf(invalid, ["note"]).form).not.toBeNull();
    expect(problemsOf(new ApiError(403, "step_up_required"), [])).toEqual({ form: null, fields: {} });
  });
});
