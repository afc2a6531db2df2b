/** The model's reasoning: closed unless asked for, with a live clock while it goes on. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Message } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { runs, type LiveRun } from "../../lib/state/runs";
import { Icon } from "../../lib/ui/Icon";
import { useSeconds } from "./seconds";

function storedThinking(message: Message): string {
  return message.parts.reduce((text, part) => (part.type === "thinking" ? text + part.text : text), "");
}

/** Shows the growing text without a render for each piece. */
function LiveText({ run }: { readonly run: LiveRun }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let frame = 0;
    const paint = (): void => {
      frame = 0;
      if (ref.current !== null) ref.current.textContent = run.state.thinking;
    };
    paint();
    const leave = runs.subscribe(run.replyId, () => {
      if (frame === 0) frame = requestAnimationFrame(paint);
    });
    return () => {
      leave();
      cancelAnimationFrame(frame);
    };
  }, [run]);
  return <div class="reasoning-text" dir="auto" ref={ref} />;
}

function liveSeconds(run: LiveRun, now: number): number | null {
  if (run.thinkingStartedAt === null) return null;
  return Math.max(0, Math.round(((run.thinkingEndedAt ?? now) - run.thinkingStartedAt) / 1000));
}

/** How long replies of this visit were thought about; the server does not store it. */
const durations = new Map<string, number>();

export function ReasoningBlock({ message, run }: { readonly message: Message; readonly run: LiveRun | undefined }) {
  const [isOpen, setOpen] = useState(false);
  const phase = run?.phase.value;
  const isThinking = phase === "thinking";
  const now = useSeconds(isThinking);
  const stored = storedThinking(message);
  if (run === undefined ? stored === "" : run.state.thinking === "" && stored === "") return null;
  const live = run === undefined ? null : liveSeconds(run, now);
  if (live !== null) durations.set(message.id, live);
  const seconds = durations.get(message.id);
  const label = isThinking
    ? live === null || live < 1 ? t("chat.thinking") : t("chat.thinkingFor", { n: live })
    : seconds === undefined ? t("chat.thought") : t("chat.thoughtFor", { n: Math.max(1, seconds) });
  return (
    <details class="reasoning" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name="chevron-right" size={16} />
        <span class={isThinking ? "is-live" : ""}>{label}</span>
      </summary>
      {isOpen &&
        (run !== undefined && run.state.thinking !== "" ? (
          <LiveText run={run} />
        ) : (
          <div class="reasoning-text" dir="auto">
            {stored}
          </div>
        ))}
    </details>
  );
}
