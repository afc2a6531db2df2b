/** Small parts of the transcript: the day line, the way back down, the system prompt's chip. */
import { useRef, useState } from "preact/hooks";
import { formatDate, t } from "../../lib/i18n";
import { session } from "../../lib/state/session";
import { Icon } from "../../lib/ui/Icon";
import { Popover } from "../../lib/ui/Popover";

const DAY = 86_400_000;

function dayName(time: string): string {
  const day = new Date(time).toDateString();
  if (day === new Date().toDateString()) return t("chat.today");
  if (day === new Date(Date.now() - DAY).toDateString()) return t("chat.yesterday");
  return formatDate(time);
}

export function DayDivider({ time }: { readonly time: string }) {
  return (
    <div class="day" role="separator" aria-label={dayName(time)}>
      <span>{dayName(time)}</span>
    </div>
  );
}

/** In the composer's place, for those who may only read. */
export const ReadOnly = () => <p class="chat-dock chat-reader">{t("chat.readOnly")}</p>;

export interface JumpProps {
  readonly hasNew: boolean;
  readonly onJump: () => void;
}

export function JumpToLatest({ hasNew, onJump }: JumpProps) {
  return (
    <button type="button" class="jump" onClick={onJump}>
      <Icon name="arrow-down" size={16} />
      {t("chat.jumpToLatest")}
      {hasNew && (
        <>
          <span class="jump-mark" aria-hidden="true" />
          <span class="visually-hidden">{t("chat.newContent")}</span>
        </>
      )}
    </button>
  );
}

export function SystemPromptChip() {
  const anchor = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const prompt = session.record.value?.system_prompt ?? "";
  if (prompt.trim() === "") return null;
  return (
    <div class="system-chip" ref={anchor}>
      <button type="button" aria-haspopup="dialog" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon name="sliders" size={16} />
        <span class="system-chip-name">{t("chat.systemPrompt")}</span>
        <span class="system-chip-text">{prompt.slice(0, 120)}</span>
      </button>
      {isOpen && (
        <Popover anchor={anchor} label={t("chat.systemPrompt")} sheetOnPhone focus="none" onClose={() => setOpen(false)}>
          <p class="system-full" dir="auto">
            {prompt}
          </p>
        </Popover>
      )}
    </div>
  );
}
