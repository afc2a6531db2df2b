/** Addresses and the screens they lead to. */
import { expect, test } from "vitest";
import { match } from "../../../src/lib/router/routes";

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
  ["/c", { name: "missing" }],
  ["/c/1/2", { name: "missing" }],
])("%s", (path, wanted) => expect(match(path)).toEqual(wanted));
