// @vitest-environment happy-dom
/** The audit log in words, in both languages. */
import { beforeAll, expect, test } from "vitest";
import { actionName, ACTIONS, sentenceOf } from "../../../src/features/admin/audit/sentences";
import type { AuditEntry, Person } from "../../../src/features/admin/model";
import { hasKey, loadMoreTexts, setLocale } from "../../../src/lib/i18n";

beforeAll(() => loadMoreTexts());

const people = [{ id: "u-1", name: "Uma", username: "uma" }] as unknown as Person[];
const entry = (more: Partial<AuditEntry>): AuditEntry => ({
  id: 1, at: "2026-01-01T00:00:00Z", actor: "o-1", actor_name: "Olga", address: "127.0.0.1", action: "user.change", object: "user:u-1", result: "ok", detail: {}, ...more,
});

test.each([
  [entry({}), "Olga changed the name or e-mail address of Uma."],
  [entry({ action: "user.state", detail: { from: "active", to: "suspended" } }), "Olga suspended Uma."],
  [entry({ action: "user.state", detail: { from: "suspended", to: "active" } }), "Olga let Uma in again."],
  [entry({ action: "user.role", detail: { from: "user", to: "admin" } }), "Olga made Uma Administrator."],
  [entry({ action: "login.open", actor: "", actor_name: null, result: "refused" }), "Somebody tried to sign in as Uma and was refused."],
  [entry({ action: "settings.change", object: "setting:turns_per_user", detail: { old: null, new: "8" } }), "Olga changed “Replies at once per person” from the default to 8."],
  [entry({ action: "grant.add", object: "provider:p", detail: { model: "m", role: null, user: "u-1" } }), "Olga restricted “provider p/m” to Uma."],
  [entry({ action: "moon.eclipse", object: "moon:luna", actor_name: null }), "Somebody who is gone: moon.eclipse (moon luna)"],
])("%#", (one, words) => expect(sentenceOf(one, people)).toBe(words));

test("every action that can be filtered by has a name and a sentence", async () => {
  for (const locale of ["en", "zh-Hans"] as const) {
    await setLocale(locale);
    for (const action of ACTIONS) {
      expect(hasKey(`audit.${action}`), action).toBe(true);
      expect(actionName(action)).not.toBe(action);
    }
  }
  expect(sentenceOf(entry({ action: "user.state", detail: { to: "suspended" } }), people)).toBe("Olga 停用了 Uma。");
  await setLocale("en");
});
