/** After the sign-in nobody is led to another site, nor back to the door. */
import { expect, test } from "vitest";
import { localPath } from "../../../src/lib/router/next";

test.each([
  ["/c/1?x=2#m-3", "/c/1?x=2#m-3"],
  ["/settings/about", "/settings/about"],
  [null, "/"],
  ["", "/"],
  ["c/1", "/"],
  ["https://evil.example/", "/"],
  ["//evil.example/", "/"],
  ["/\\evil.example/", "/"],
  ["/\t/evil.example/", "/"],
  ["/..//evil.example", "/"],
  ["javascript:alert(1)", "/"],
  ["/login?next=/login", "/"],
  ["/api/v1/auth/me/export", "/"],
])("%s", (wanted, path) => expect(localPath(wanted)).toBe(path));
