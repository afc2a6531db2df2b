/** A message that the server has not confirmed: on its way, or not sent. */
import { describeError } from "../../lib/api/errors";
import { t } from "../../lib/i18n";
import { outbox, type Outgoing } from "../../lib/state/outbox";
import { Button } from "../../lib/ui/Button";
import { fillComposer } from "../composer";
import { MessageError } from "./MessageError";
import { UserText } from "./MessageUser";

export function OutgoingRow({ item }: { readonly item: Outgoing }) {
  const edit = (): void => {
    outbox.discard(item.id);
    fillComposer(item.content);
  };
  return (
    <div class="user" data-state={item.state}>
      <UserText text={item.content} />
      {item.state === "failed" && (
        <MessageError
          isFresh
          title={t("chat.notSent")}
          code={item.error?.code ?? "unknown"}
          detail={item.error?.detail ?? ""}
          text={describeError(item.error)}
          requestId={item.error?.requestId ?? null}
        >
          <Button size="sm" icon="refresh" onClick={() => outbox.retry(item.id)}>
            {t("chat.retry")}
          </Button>
          <Button size="sm" icon="pencil" onClick={edit}>
            {t("chat.edit")}
          </Button>
          <Button size="sm" icon="trash" onClick={() => outbox.discard(item.id)}>
            {t("chat.discard")}
          </Button>
        </MessageError>
      )}
    </div>
  );
}
