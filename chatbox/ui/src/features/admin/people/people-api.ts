/** Accounts of others, as administrators change them. */
import { api, isApiError } from "../../../lib/api/client";
import type { NewPerson, Once, Person, PersonChange } from "../model";

const pathOf = (person: Pick<Person, "id">): string => `/users/${person.id}`;

export const addPerson = (body: NewPerson): Promise<{ user: Person; link: Once }> => api.post("/users", body);

export const changePerson = (person: Person, change: PersonChange): Promise<Person> => api.patch<Person>(pathOf(person), change, { version: person.version });

export const deletePerson = (person: Person): Promise<void> => api.del(pathOf(person));

export const makeResetLink = (person: Person): Promise<Once> => api.post<Once>(`${pathOf(person)}/reset-link`);

export const removeFactor = (person: Person): Promise<void> => api.del(`${pathOf(person)}/totp`);

export const endLogins = (person: Person): Promise<void> => api.del(`${pathOf(person)}/logins`);

/** The account as it is now, when somebody else changed it first. */
export function currentOf(error: unknown): Person | null {
  if (!isApiError(error, "version_conflict")) return null;
  return (error.problem["current"] as Person | undefined) ?? null;
}
