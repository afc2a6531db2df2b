/** People by their ids, for lists that name them. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../../lib/api/client";
import type { Page } from "../../lib/api/types";
import type { Person } from "./model";

const MOST = 1_000;

async function fetchAll(signal: AbortSignal): Promise<Person[]> {
  const found: Person[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Person> = await api.get<Page<Person>>("/users", { query: { limit: 200, cursor }, signal });
    found.push(...page.items);
    cursor = page.next_cursor ?? null;
  } while (cursor !== null && found.length < MOST);
  return found;
}

/** Everybody with an account; empty until they are known. */
export function usePeople(): readonly Person[] {
  const [people, setPeople] = useState<readonly Person[]>([]);
  useEffect(() => {
    const leaving = new AbortController();
    fetchAll(leaving.signal).then(setPeople, () => undefined);
    return () => leaving.abort();
  }, []);
  return people;
}
