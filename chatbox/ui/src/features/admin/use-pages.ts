/** Lists that come in pages: the first at once, each further one when it is asked for. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, type RequestOptions } from "../../lib/api/client";
import { describeError } from "../../lib/api/errors";
import type { Page } from "../../lib/api/types";

type Query = NonNullable<RequestOptions["query"]>;

export interface Pages<T> {
  /** Null until the first page is there. */
  readonly items: readonly T[] | null;
  /** Why the newest request failed. */
  readonly problem: string | null;
  readonly busy: boolean;
  /** Fetches the next page; null at the end. */
  readonly more: (() => void) | null;
  /** Fetches the first page again, keeping what is shown until it is there. */
  readonly reload: () => void;
  readonly set: (change: (items: readonly T[]) => readonly T[]) => void;
}

interface Found<T> {
  readonly items: readonly T[] | null;
  readonly cursor: string | null;
}

export function usePages<T>(path: string, query: Query = {}): Pages<T> {
  const [found, setFound] = useState<Found<T>>({ items: null, cursor: null });
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const leaving = useRef(new AbortController());
  const key = JSON.stringify([path, query]);

  const load = (cursor: string | null): void => {
    leaving.current.abort();
    const { signal } = (leaving.current = new AbortController());
    setBusy(true);
    api.get<Page<T>>(path, { query: { ...query, cursor }, signal }).then(
      (page) => {
        setFound((now) => ({ items: cursor === null ? page.items : [...(now.items ?? []), ...page.items], cursor: page.next_cursor ?? null }));
        setProblem(null);
        setBusy(false);
      },
      (error: unknown) => {
        if (signal.aborted) return;
        setProblem(describeError(error));
        setBusy(false);
      },
    );
  };
  useEffect(() => {
    load(null);
    return () => leaving.current.abort();
  }, [key]);

  const { items, cursor } = found;
  return {
    items,
    problem,
    busy,
    more: cursor === null ? null : () => load(cursor),
    reload: () => load(null),
    set: (change) => setFound((now) => ({ ...now, items: change(now.items ?? []) })),
  };
}

/** The text a moment after the last change: one request per word, not per letter. */
export function useSettled(text: string, pause = 200): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(setSettled, pause, text);
    return () => window.clearTimeout(timer);
  }, [text]);
  return settled;
}
