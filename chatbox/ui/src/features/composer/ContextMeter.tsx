/** How full the model's window is, with the account of the last turn behind it. */
import { useComputed } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import { formatTokens, t } from "../../lib/i18n";
import { session } from "../../lib/state/session";
import { Meter } from "../../lib/ui/Meter";
import { Popover } from "../../lib/ui/Popover";
import { TurnAccount } from "./TurnAccount";

const NEARLY_FULL = 0.8;

export function ContextMeter() {
  const anchor = useRef<HTMLSpanElement>(null);
  const [isOpen, setOpen] = useState(false);
  const last = useComputed(() => {
    const messages = session.messages.value;
    for (let at = messages.length - 1; at >= 0; at -= 1) if (messages[at]?.context) return messages[at] ?? null;
    return null;
  });
  const message = last.value;
  if (message === null || message.context === null) return null;
  const { used, window } = message.context;
  const shown = { used: formatTokens(used), window: formatTokens(window) };
  const text = t("composer.contextText", shown);
  return (
    <span class="composer-meter" ref={anchor}>
      <button
        type="button"
        class="composer-meter-button"
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        aria-label={`${t("composer.context")}: ${t("composer.contextShort", shown)}`}
        data-tip={isOpen ? undefined : t("composer.context")}
        onClick={() => setOpen(!isOpen)}
      >
        <Meter label={t("composer.context")} value={used} max={window} text={text} />
        <span class="composer-meter-text">{t("composer.contextShort", shown)}</span>
      </button>
      {isOpen && (
        <Popover anchor={anchor} label={t("composer.context")} placement="top-end" sheetOnPhone focus="none" onClose={() => setOpen(false)}>
          <TurnAccount message={message} />
          {used / window >= NEARLY_FULL && <p class="account-note">{t("composer.tooFull")}</p>}
        </Popover>
      )}
    </span>
  );
}
