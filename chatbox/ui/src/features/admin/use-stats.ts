/** The server's statistics, asked for again every ten seconds while the page is in sight. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../../lib/api/client";
import { describeError } from "../../lib/api/errors";
import type { Stats } from "../../lib/api/types";

export type Period = "hour" | "day";
const REFRESH_MS = 10_000;

interface Found {
  readonly stats: Stats | null;
  /** Why the newest request failed; the numbers shown are then older. */
  readonly problem: string | null;
  readonly again: () => void;
}

export function useStats(period: Period): Found {
  const [found, setFound] = useState<{ readonly period: Period; readonly stats: Stats } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    const load = (): void => {
      if (document.visibilityState !== "visible") return;
      api.get<Stats>("/admin/stats", { query: { period }, signal: leaving.signal }).then(
        (stats) => {
          setFound({ period, stats });
          setProblem(null);
        },
        (error: unknown) => {
          if (!leaving.signal.aborted) setProblem(describeError(error));
        },
      );
    };
    load();
    const timer = window.setInterval(load, REFRESH_MS);
    document.addEventListener("visibilitychange", load);
    return () => {
      leaving.abort();
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", load);
    };
  }, [period, tries]);
  const stats = found?.period === period ? found.stats : null;
  return { stats, problem, again: () => setTries((n) => n + 1) };
}
