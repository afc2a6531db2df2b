/** A question: a sunken block at the inline end, shown exactly as it was written. */
import { useState } from "preact/hooks";
import type { Message } from "../../lib/api/types";
import { formatTime, t } from "../../lib/i18n";
import { Badge } from "../../lib/ui/Badge";
import { BranchSwitcher } from "./BranchSwitcher";
import { DeleteMessage } from "./DeleteMessage";
import { EditComposer } from "./EditComposer";
import { editing } from "./editing";
import { MessageActions } from "./MessageActions";

/** The text alone; also used for a message that is still on its way. */
export function UserText({ text }: { readonly text: string }) {
  return (
    <div class="user-text" dir="auto">
      {text}
    </div>
  );
}

export function MessageUser({ message }: { readonly message: Message }) {
  const [isDeleting, setDeleting] = useState(false);
  if (editing.value === message.id) return <EditComposer message={message} />;
  return (
    <div class="user">
      <UserText text={message.text} />
      <footer class="message-foot">
        <time class="message-meta on-hover" dateTime={message.created_at}>
          {formatTime(message.created_at)}
        </time>
        {message.pinned && <Badge>{t("chat.pinned")}</Badge>}
        <MessageActions message={message} onDelete={() => setDeleting(true)} />
        <BranchSwitcher message={message} />
      </footer>
      {isDeleting && <DeleteMessage message={message} onClose={() => setDeleting(false)} />}
    </div>
  );
}
