/** Sessions under headings: pinned, by day for a week, then by month. */
import type { Session } from "../../lib/api/types";

export type Heading = "pinned" | "today" | "yesterday" | "week" | { readonly month: number };

export interface SessionGroup {
  readonly key: string;
  readonly heading: Heading;
  readonly items: readonly Session[];
}

const DAY = 86_400_000;

export const activityOf = (session: Session): number => Date.parse(session.last_message_at ?? session.created_at);

function headingOf(session: Session, midnight: number): Heading {
  if (session.pinned) return "pinned";
  const at = activityOf(session);
  if (at >= midnight) return "today";
  // Days with a clock change are not 24 hours long: compare calendar days through noon.
  const daysAgo = Math.round((midnight - startOfDay(at)) / DAY);
  if (daysAgo <= 1) return "yesterday";
  if (daysAgo <= 7) return "week";
  const date = new Date(at);
  return { month: new Date(date.getFullYear(), date.getMonth(), 1).getTime() };
}

function startOfDay(at: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

const keyOf = (heading: Heading): string => (typeof heading === "string" ? heading : `month-${heading.month}`);

/** Groups sessions that are already in order; empty groups do not appear. */
export function groupSessions(items: readonly Session[], now: number = Date.now()): SessionGroup[] {
  const midnight = startOfDay(now);
  const groups = new Map<string, { heading: Heading; items: Session[] }>();
  for (const session of items) {
    const heading = headingOf(session, midnight);
    const key = keyOf(heading);
    const group = groups.get(key);
    if (group) group.items.push(session);
    else groups.set(key, { heading, items: [session] });
  }
  return [...groups].map(([key, group]) => ({ key, ...group }));
}
