/** Addresses and the screens they lead to. */
import { expect, test } from "vitest";
import { match, sectionsFor } from "../../../src/lib/router/routes";

test.each([
  ["/", { name: "chat", sessionId: null }],
  ["/c/0190-1", { name: "chat", sessionId: "0190-1" }],
  ["/c/%E0%A4%A", { name: "chat", sessionId: "%E0%A4%A" }],
  ["/settings", { name: "settings", section: "appearance" }],
  ["/settings/models", { name: "settings", section: "models" }],
  ["/settings/server", { name: "settings", section: "server" }],
  ["/settings/nothing", { name: "missing" }],
  ["/admin", { name: "admin", section: "people" }],
  ["/admin/audit", { name: "admin", section: "audit" }],
  ["/admin/nothing", { name: "missing" }],
  ["/setup", { name: "setup" }],
  ["/login", { name: "login" }],
  ["/invitation", { name: "invitation" }],
  ["/login/2", { name: "missing" }],
  ["/c", { name: "missing" }],
  ["/c/1/2", { name: "missing" }],
])("%s", (path, wanted) => expect(match(path)).toEqual(wanted));

test("the settings show what there is, and what the role allows", () => {
  const everything = sectionsFor(() => true, false);
  expect(everything).toContain("providers");
  expect(everything).not.toContain("security");
  const viewer = sectionsFor((power) => power === "account", true);
  expect(viewer).toContain("security");
  expect(viewer).not.toContain("providers");
});
