/** Asked once, because what is deleted here does not come back. */
import type { Message } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { session } from "../../lib/state/session";
import { actions } from "../../lib/state/session-actions";
import { Button } from "../../lib/ui/Button";
import { Dialog } from "../../lib/ui/Dialog";
import { focusComposer } from "../composer";

export interface DeleteMessageProps {
  readonly message: Message;
  readonly onClose: () => void;
}

export function DeleteMessage({ message, onClose }: DeleteMessageProps) {
  const messages = session.messages.value;
  const at = messages.findIndex((other) => other.id === message.id);
  const below = at < 0 ? 0 : messages.length - 1 - at;
  const remove = (): void => {
    onClose();
    void actions.removeMessage(message);
    requestAnimationFrame(focusComposer);
  };
  return (
    <Dialog
      size="sm"
      title={t("chat.deleteTitle")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("chat.cancel")}</Button>
          <Button kind="danger" onClick={remove}>
            {t("chat.delete")}
          </Button>
        </>
      }
    >
      <p>{t("chat.deleteBody", { n: below })}</p>
      {message.sibling_ids.length > 1 && <p>{t("chat.deleteOtherVersions")}</p>}
    </Dialog>
  );
}
