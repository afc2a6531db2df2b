/** What the transcript shows, top to bottom: messages, days, messages on their way, the awaited reply. */
import type { Message } from "../../lib/api/types";
import type { Outgoing } from "../../lib/state/outbox";
import { upTo } from "../../lib/state/window";

export type Row =
  | { readonly kind: "message"; readonly key: string; readonly message: Message; readonly isLast: boolean }
  | { readonly kind: "day"; readonly key: string; readonly time: string }
  | { readonly kind: "outgoing"; readonly key: string; readonly item: Outgoing }
  | { readonly kind: "awaited"; readonly key: string; readonly since: number };

export interface Situation {
  readonly messages: readonly Message[];
  readonly outgoing: readonly Outgoing[];
  readonly expecting: { readonly parentId: string | null; readonly since: number } | null;
}

const dayOf = (time: string): string => new Date(time).toDateString();

/** The branch as it will be once what is on its way has arrived. */
function stem({ messages, outgoing, expecting }: Situation): readonly Message[] {
  const edit = outgoing.find((item) => item.parentId !== undefined);
  const cut = edit !== undefined ? edit.parentId : expecting?.parentId;
  return cut === undefined ? messages : (upTo(messages, cut) ?? messages);
}

function messageRows(messages: readonly Message[]): Row[] {
  const rows: Row[] = [];
  let day: string | null = null;
  messages.forEach((message, at) => {
    const own = dayOf(message.created_at);
    if (day !== null && own !== day) rows.push({ kind: "day", key: `day-${message.id}`, time: message.created_at });
    day = own;
    const isLast = at === messages.length - 1;
    rows.push({ kind: "message", key: message.id, message, isLast });
  });
  return rows;
}

export function rowsOf(situation: Situation): readonly Row[] {
  const visible = situation.outgoing.filter((item) => item.state === "sending" || item.state === "failed");
  const kept = stem({ ...situation, outgoing: visible });
  const known = new Set(kept.map((message) => message.id));
  const rows = messageRows(kept);
  for (const item of visible) {
    if (known.has(item.id)) continue;
    rows.push({ kind: "outgoing", key: item.id, item });
    if (item.state === "sending") {
      rows.push({ kind: "awaited", key: `awaited-${item.id}`, since: Date.parse(item.createdAt) });
    }
  }
  if (situation.expecting !== null && visible.length === 0) {
    rows.push({ kind: "awaited", key: "awaited", since: situation.expecting.since });
  }
  return rows;
}
