/** One button in one place: it sends, and while a reply is being written it stops. */
import { useRef } from "preact/hooks";
import { t } from "../../lib/i18n";
import { Icon } from "../../lib/ui/Icon";

const GUARD_MS = 300;

export interface SendStopButtonProps {
  readonly running: boolean;
  readonly stopping: boolean;
  readonly disabled: boolean;
  readonly sendLabel: string;
  readonly onSend: () => void;
  readonly onStop: () => void;
}

export function SendStopButton({ running, stopping, disabled, sendLabel, onSend, onStop }: SendStopButtonProps) {
  const swap = useRef({ running, at: -Infinity });
  const pressedAt = useRef(-Infinity);
  if (swap.current.running !== running) swap.current = { running, at: performance.now() };
  const press = (): void => {
    const now = performance.now();
    // The second click of a double click must not stop what the first one sent, and a click that was meant to stop must
    // not send a draft because the reply has just ended.
    const isDouble = now - pressedAt.current < GUARD_MS;
    const hasJustEnded = !running && now - swap.current.at < GUARD_MS;
    if (isDouble || hasJustEnded) return;
    pressedAt.current = now;
    if (running) onStop();
    else if (!disabled) onSend();
  };
  const label = running ? t("composer.stop") : sendLabel;
  return (
    <button
      type="button"
      class={`composer-send ${running ? "is-stop" : ""}`}
      aria-label={label}
      data-tip={label}
      aria-disabled={running ? stopping : disabled}
      onClick={press}
    >
      <Icon name={running ? "stop" : "arrow-up"} size={20} />
    </button>
  );
}
