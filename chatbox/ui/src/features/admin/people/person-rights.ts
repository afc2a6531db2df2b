/** What one administrator may do with one account, and if not, why. The server decides the same. */
import type { AccountRole, Me } from "../../../lib/api/types";
import type { Person } from "../model";

export type Why = "self" | "owner" | "admin";
type Asker = Pick<Me, "id" | "role">;

/** Why the account cannot be changed here; null: it can. */
export function whyNot(me: Asker, person: Pick<Person, "id" | "role">): Why | null {
  if (person.id === me.id) return "self";
  if (me.role === "owner") return null;
  return person.role === "owner" || person.role === "admin" ? person.role : null;
}

/** A role that is given; the owner's is handed over. */
export type GivenRole = Exclude<AccountRole, "owner">;

/** The roles that somebody may give to others. */
export function rolesFor(me: Pick<Me, "role"> | null): readonly GivenRole[] {
  return me?.role === "owner" ? ["admin", "user", "viewer"] : ["user", "viewer"];
}

export const nameOf = (person: Pick<Person, "name" | "username">): string => person.name || person.username || "—";
