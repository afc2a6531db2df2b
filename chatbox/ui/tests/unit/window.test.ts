/** Merging fetched messages into the loaded part of a branch. */
import { expect, it } from "vitest";
import type { Message } from "../../src/lib/api/types";
import { graft, joinOlder, joinTail, reuse, upTo } from "../../src/lib/state/window";
import { rowsOf } from "../../src/features/chat/rows";

const message = (id: string, parent: string | null, fields: Partial<Message> = {}): Message => ({
  id, session_id: "s", parent_id: parent, role: "user", text: id, parts: [], status: "done", model: null, finish_reason: null,
  usage: null, error: null, turn_id: null, sibling_ids: [id], pinned: false, context: null, created_at: "2026-01-01T10:00:00Z",
  finished_at: null, edited: false, ...fields,
});
const chain = (ids: string): Message[] => [...ids].map((id, at) => message(id, at === 0 ? null : (ids[at - 1] ?? null)));
const ids = (messages: readonly Message[] | null): string | undefined => messages?.map((one) => one.id).join("");

it("keeps unchanged messages and the list itself", () => {
  const old = chain("abc");
  expect(reuse(old, chain("abc"))).toBe(old);
  const changed = reuse(old, [...chain("ab"), message("c", "b", { text: "new" })]);
  expect(changed[0]).toBe(old[0]);
  expect(changed[2]).not.toBe(old[2]);
});

it("joins a fetched end below the loaded messages", () => {
  expect(ids(joinTail(chain("abcdef"), chain("abcdefg").slice(4)))).toBe("abcdefg");
  expect(ids(joinTail(chain("abc"), [message("x", "b"), message("y", "x")]))).toBe("abxy");
  expect(joinTail(chain("abc"), [message("z", "q")])).toBeNull();
});

it("adds older messages once", () => {
  expect(ids(joinOlder(chain("abc"), chain("abcdef").slice(2)))).toBe("abcdef");
});

it("hangs a new turn below its parent", () => {
  expect(ids(graft(chain("abc"), [message("d", "c"), message("e", "d")]))).toBe("abcde");
  expect(ids(graft(chain("abc"), [message("d", "a"), message("e", "d")]))).toBe("ade");
  expect(ids(graft(chain("abc"), [message("d", null)]))).toBe("d");
  expect(ids(graft(chain("abc"), [message("c", "b"), message("e", "c")]))).toBe("abce");
  expect(graft(chain("abc"), [message("d", "unknown")])).toBeNull();
  expect(upTo(chain("abc"), null)).toEqual([]);
});

it("shows an edit on its way in the place of what it replaces", () => {
  const outgoing = {
    id: "n", sessionId: "s", content: "new", parentId: "a", model: null, params: null, create: null, state: "sending" as const,
    error: null, createdAt: "2026-01-02T10:00:00Z",
  };
  const rows = rowsOf({ messages: chain("abcd"), outgoing: [outgoing], expecting: null });
  expect(rows.map((row) => `${row.kind}:${row.key}`)).toEqual(["message:a", "outgoing:n", "awaited:awaited-n"]);
  const failed = rowsOf({ messages: chain("ab"), outgoing: [{ ...outgoing, state: "queued" }], expecting: null });
  expect(failed.map((row) => row.key)).toEqual(["a", "b"]);
});

it("puts a line between days", () => {
  const days = [message("a", null), message("b", "a", { created_at: "2026-01-03T10:00:00Z" })];
  expect(rowsOf({ messages: days, outgoing: [], expecting: null }).map((row) => row.kind)).toEqual(["message", "day", "message"]);
});
