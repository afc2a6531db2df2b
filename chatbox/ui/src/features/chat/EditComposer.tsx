/** Editing a message in its place. A question is asked again beside the old one, which stays. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Message } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { isCoarse } from "../../lib/platform/viewport";
import { prefs } from "../../lib/state/prefs";
import { actions } from "../../lib/state/session-actions";
import { Button } from "../../lib/ui/Button";
import { fit, focusComposer, intentOf } from "../composer";
import { editing } from "./editing";

function close(): void {
  editing.value = null;
  focusComposer();
}

export function EditComposer({ message }: { readonly message: Message }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [isBusy, setBusy] = useState(false);
  const isUser = message.role === "user";

  useLayoutEffect(() => {
    const box = area.current;
    if (box === null) return;
    fit(box);
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }, []);

  const save = async (): Promise<void> => {
    const text = area.current?.value.trim() ?? "";
    if (text === "" || isBusy) return;
    if (isUser) {
      actions.editAndSend(message, text);
      close();
      return;
    }
    if (text === message.text.trim()) return close();
    setBusy(true);
    if (await actions.editReply(message, text)) close();
    setBusy(false);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault();
      event.stopPropagation();
      close();
      return;
    }
    const sendKey = isUser ? prefs.settings.value.send_key : "mod_enter";
    const intent = intentOf(event, { sendKey, isCoarse: isCoarse.value, isEmpty: false });
    if (intent !== "send") return;
    event.preventDefault();
    void save();
  };

  return (
    <div class="edit-composer">
      <textarea
        ref={area}
        class="edit-text"
        rows={2}
        aria-label={t(isUser ? "chat.editMessage" : "chat.editReply")}
        defaultValue={message.text}
        onInput={(event) => fit(event.currentTarget)}
        onKeyDown={onKeyDown}
      />
      <div class="edit-row">
        <span class="edit-hint">{t("chat.editHint")}</span>
        <Button size="sm" kind="secondary" onClick={close}>
          {t("chat.cancel")}
        </Button>
        <Button size="sm" kind="primary" busy={isBusy} onClick={() => void save()}>
          {t(isUser ? "chat.saveSend" : "chat.saveReply")}
        </Button>
      </div>
    </div>
  );
}
