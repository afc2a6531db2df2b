/** Who may change whom, and how grants follow what was chosen. */
import { describe, expect, test } from "vitest";
import type { Grant } from "../../../src/features/admin/model";
import { rolesFor, whyNot } from "../../../src/features/admin/people/person-rights";
import { ADMINS, ALL, audienceOf, planOf, reachOf } from "../../../src/features/admin/rights/grants";

const owner = { id: "o", role: "owner" } as const;
const admin = { id: "a", role: "admin" } as const;

test.each([
  [owner, owner, "self"],
  [owner, admin, null],
  [owner, { id: "u", role: "user" } as const, null],
  [admin, owner, "owner"],
  [admin, admin, "self"],
  [admin, { id: "b", role: "admin" } as const, "admin"],
  [admin, { id: "u", role: "user" } as const, null],
  [admin, { id: "v", role: "viewer" } as const, null],
])("%j changes %j: %s", (me, person, why) => expect(whyNot(me, person)).toBe(why));

test("nobody gives a role as high as their own, but for the owner", () => {
  expect(rolesFor(owner)).toEqual(["admin", "user", "viewer"]);
  expect(rolesFor(admin)).toEqual(["user", "viewer"]);
});

describe("grants", () => {
  const thing = { provider_id: "p", model: null };
  const grant = (id: string, role: Grant["role"], user: string | null = null): Grant => ({ id, ...thing, provider_name: "up", role, user_id: user, user_name: null, created_at: "" });

  test("nothing granted is for all, the role of administrators alone for nobody else", () => {
    expect(reachOf(audienceOf([]))).toBe("all");
    expect(reachOf(audienceOf([grant("1", "admin")]))).toBe("admins");
    expect(reachOf(audienceOf([grant("1", "admin"), grant("2", null, "u")]))).toBe("some");
  });

  test("only the difference is carried out", () => {
    const now = [grant("1", "user"), grant("2", null, "u")];
    const plan = planOf(thing, now, { roles: ["user"], people: ["w"] });
    expect(plan).toEqual({ add: [{ ...thing, user_id: "w" }], remove: ["2"] });
    expect(planOf(thing, now, audienceOf(now))).toEqual({ add: [], remove: [] });
  });

  test("opening takes everything away, closing adds before anything goes", () => {
    const now = [grant("1", "user")];
    expect(planOf(thing, now, ALL)).toEqual({ add: [], remove: ["1"] });
    expect(planOf(thing, now, ADMINS)).toEqual({ add: [{ ...thing, role: "admin" }], remove: ["1"] });
    expect(planOf(thing, [], ADMINS)).toEqual({ add: [{ ...thing, role: "admin" }], remove: [] });
  });
});
