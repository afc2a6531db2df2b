/** Messages that wait: for the running reply to end, or for the network to come back. */
import { useRef, useState } from "preact/hooks";
import { isEnter } from "../../lib/a11y/ime";
import { t } from "../../lib/i18n";
import { network } from "../../lib/state/online";
import { outbox, type Outgoing } from "../../lib/state/outbox";
import { runs } from "../../lib/state/runs";
import { Icon } from "../../lib/ui/Icon";
import { IconButton } from "../../lib/ui/IconButton";

function Editor({ item, onDone }: { readonly item: Outgoing; readonly onDone: () => void }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const closed = useRef(false);
  // Taking the field away makes it lose the focus, which must not save a second time.
  const finish = (text: string): void => {
    if (closed.current) return;
    closed.current = true;
    outbox.edit(item.id, text);
    onDone();
  };
  const save = (): void => finish(area.current?.value ?? item.content);
  return (
    <textarea
      ref={area}
      class="composer-queue-edit"
      rows={2}
      dir="auto"
      aria-label={t("composer.editQueued")}
      defaultValue={item.content}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.preventDefault();
          event.stopPropagation();
          finish(item.content);
        } else if (isEnter(event) && !event.shiftKey) {
          event.preventDefault();
          save();
        }
      }}
    />
  );
}

function Waiting({ item }: { readonly item: Outgoing }) {
  const [editing, setEditing] = useState(false);
  const isOffline = item.state === "offline";
  const canSend = network.value && !runs.isRunning(item.sessionId);
  return (
    <li class="composer-queue-item">
      <Icon name={isOffline ? "wifi-off" : "clock"} size={16} />
      <span class="visually-hidden">{t(isOffline ? "composer.offline" : "composer.queued")}</span>
      {editing ? (
        <Editor item={item} onDone={() => setEditing(false)} />
      ) : (
        <span class="composer-queue-text" dir="auto" data-tip={t(isOffline ? "composer.offline" : "composer.queued")}>
          {item.content.slice(0, 300)}
        </span>
      )}
      {canSend && (
        <IconButton size="sm" icon="arrow-up" label={t("composer.sendNow")} onClick={() => outbox.retry(item.id)} />
      )}
      <IconButton size="sm" icon="pencil" label={t("composer.editQueued")} onClick={() => setEditing(true)} />
      <IconButton size="sm" icon="x" label={t("composer.removeQueued")} onClick={() => outbox.discard(item.id)} />
    </li>
  );
}

export function QueueList({ sessionId }: { readonly sessionId: string }) {
  const items = outbox.waiting.value.filter((item) => item.sessionId === sessionId);
  if (items.length === 0) return null;
  return (
    <ul class="composer-queue" aria-label={t("composer.queueLabel")}>
      {items.map((item) => (
        <Waiting item={item} key={item.id} />
      ))}
    </ul>
  );
}
