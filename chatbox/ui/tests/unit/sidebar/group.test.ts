/** Sessions come under the right heading, also around midnight and clock changes. */
import { expect, test } from "vitest";
import type { Session } from "../../../src/lib/api/types";
import { groupSessions } from "../../../src/features/sidebar/group";

const NOW = new Date(2026, 2, 15, 9, 0).getTime();
const at = (year: number, month: number, day: number, hour = 12): string => new Date(year, month, day, hour).toISOString();

const session = (id: string, time: string, pinned = false): Session => ({
  id, title: id, model: null, system_prompt: "", params: {}, pinned, archived: false, version: 1, created_at: time,
  updated_at: time, last_message_at: time, running_turn_id: null, message_count: 1,
});

test("headings in order, empty ones left out", () => {
  const groups = groupSessions(
    [
      session("pin", at(2025, 0, 1), true),
      session("now", at(2026, 2, 15, 8)),
      session("midnight", at(2026, 2, 15, 0)),
      session("evening", at(2026, 2, 14, 23)),
      session("week", at(2026, 2, 8)),
      session("older", at(2026, 2, 7)),
      session("winter", at(2025, 11, 31)),
    ],
    NOW,
  );
  expect(groups.map((group) => [group.key.replace(/\d+$/, ""), group.items.map((one) => one.id)])).toEqual([
    ["pinned", ["pin"]],
    ["today", ["now", "midnight"]],
    ["yesterday", ["evening"]],
    ["week", ["week"]],
    ["month-", ["older"]],
    ["month-", ["winter"]],
  ]);
});

test("a time ahead of this clock counts as today", () => {
  expect(groupSessions([session("future", at(2026, 2, 16))], NOW)[0]?.key).toBe("today");
});
