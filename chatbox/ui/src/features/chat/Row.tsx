/** One entry of the transcript: a landmark that can be linked to, focused and skipped by the browser. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Message } from "../../lib/api/types";
import { formatTime, t } from "../../lib/i18n";
import { allowSkipping, forbidSkipping } from "../../lib/scroll";
import type { Outgoing } from "../../lib/state/outbox";
import { MessageAssistant } from "./MessageAssistant";
import { MessageUser } from "./MessageUser";
import { OutgoingRow } from "./OutgoingRow";

export interface RowProps {
  readonly id: string;
  readonly message: Message | null;
  readonly item: Outgoing | null;
  readonly isLast: boolean;
  /** Far enough from the end that the browser may leave it unpainted while it is off screen. */
  readonly maySkip: boolean;
}

function labelOf(message: Message | null, item: Outgoing | null): string {
  const who = t(message?.role === "assistant" ? "chat.assistant" : "chat.you");
  const time = message?.created_at ?? item?.createdAt;
  return time === undefined ? who : t("chat.messageBy", { who, time: formatTime(time) });
}

export function Row({ id, message, item, isLast, maySkip }: RowProps) {
  const ref = useRef<HTMLElement>(null);
  const wasShown = useRef(false);
  useLayoutEffect(() => {
    const row = ref.current;
    if (row === null) return;
    const known = wasShown.current ? row.offsetHeight : undefined;
    wasShown.current = true;
    if (maySkip && message !== null) allowSkipping(row, message.text, known);
    else forbidSkipping(row);
  }, [maySkip]);
  return (
    <article
      ref={ref}
      id={`m-${id}`}
      class={`row ${isLast ? "is-last" : ""}`}
      data-row=""
      data-role={message?.role ?? "user"}
      tabIndex={-1}
      aria-label={labelOf(message, item)}
    >
      {/* Screen readers go from message to message by it, and headings in replies come below it. */}
      <h2 class="visually-hidden row-heading">{t(message?.role === "assistant" ? "chat.assistant" : "chat.you")}</h2>
      {message === null ? item !== null && <OutgoingRow item={item} /> : message.role === "assistant" ? <MessageAssistant message={message} /> : <MessageUser message={message} />}
    </article>
  );
}
