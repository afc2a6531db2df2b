/** Who may use something, as a whole: everybody, or roles and people. The server keeps it as grants. */
import type { Grant, NewGrant } from "../model";
import type { GivenRole } from "../people/person-rights";

/** Roles that something can be for, beside administrators, who may always. */
export const GRANTED_ROLES = ["user", "viewer"] as const satisfies readonly GivenRole[];

/** A provider, or one of its models. */
export interface Thing {
  readonly provider_id: string;
  readonly model: string | null;
}

/** The role `admin` alone: nobody but administrators. */
export interface Audience {
  readonly roles: readonly GivenRole[];
  readonly people: readonly string[];
}

export interface Plan {
  readonly add: readonly NewGrant[];
  readonly remove: readonly string[];
}

export const grantsOf = (grants: readonly Grant[], thing: Thing): readonly Grant[] => grants.filter((one) => one.provider_id === thing.provider_id && one.model === thing.model);

export function audienceOf(grants: readonly Grant[]): Audience {
  return {
    roles: (["admin", ...GRANTED_ROLES] as const).filter((role) => grants.some((one) => one.role === role)),
    people: grants.flatMap((one) => (one.user_id === null ? [] : [one.user_id])),
  };
}

export type Reach = "all" | "admins" | "some";

export const ADMINS: Audience = { roles: ["admin"], people: [] };
export const ALL: Audience = { roles: [], people: [] };

/** How far it reaches: nothing granted means everybody. */
export function reachOf({ roles, people }: Audience): Reach {
  if (people.length > 0 || roles.some((role) => role !== "admin")) return "some";
  return roles.length > 0 ? "admins" : "all";
}

/** What turns the grants of a thing into those of an audience; adding comes first, so that nothing is open to all in between. */
export function planOf(thing: Thing, now: readonly Grant[], wanted: Audience): Plan {
  const has = audienceOf(now);
  const roles = wanted.roles.filter((role) => !has.roles.includes(role)).map((role) => ({ ...thing, role }));
  const people = wanted.people.filter((id) => !has.people.includes(id)).map((user_id) => ({ ...thing, user_id }));
  const gone = now.filter(({ role, user_id }) => !wanted.roles.some((one) => one === role) && !(user_id !== null && wanted.people.includes(user_id)));
  return { add: [...roles, ...people], remove: gone.map(({ id }) => id) };
}
