/**
 * The box a message is written in. The textarea is uncontrolled: typing re-renders nothing but the
 * send button, and that only when the box becomes empty or stops being so.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../../lib/i18n";
import { isCoarse } from "../../lib/platform/viewport";
import { drafts } from "../../lib/state/drafts";
import { network } from "../../lib/state/online";
import { outbox } from "../../lib/state/outbox";
import { prefs } from "../../lib/state/prefs";
import { IconButton } from "../../lib/ui/IconButton";
import { fit } from "./grow";
import { intentOf } from "./keys";
import { SendStopButton } from "./SendStopButton";

export interface ComposerProps {
  /** Where the draft is kept: the session's id, or "new". */
  readonly draftKey: string;
  readonly placeholder: string;
  readonly running: boolean;
  readonly stopping: boolean;
  readonly disabled?: boolean;
  readonly onSend: (content: string) => void;
  readonly onStop: () => void;
  readonly onEditLast?: () => void;
  /** Model picker and the like, at the start of the row. */
  readonly tools?: ComponentChildren;
  /** Meter and the like, before the button. */
  readonly status?: ComponentChildren;
}

/** Puts text into the composer that is on the screen, for "Edit" of an unsent message. */
let fill: ((text: string) => void) | null = null;
export const fillComposer = (text: string): void => fill?.(text);
export const focusComposer = (): void => document.querySelector<HTMLTextAreaElement>(".composer-text")?.focus();

const clean = (text: string): string => text.replace(/^\s*\n/, "").trimEnd();

/** The stored draft, unless it is the very text that waits in the outbox. */
async function storedDraft(key: string): Promise<string> {
  const text = await drafts.load(key);
  const isWaiting = outbox.items.peek().some((item) => item.content === clean(text));
  return isWaiting ? "" : text;
}

function useDraft(draftKey: string, put: (text: string) => void): void {
  useLayoutEffect(() => {
    const ready = drafts.peek(draftKey);
    put(ready ?? "");
    if (ready !== undefined) return undefined;
    let current = true;
    void storedDraft(draftKey).then((text) => {
      if (current && text !== "" && drafts.peek(draftKey) === text) put(text);
    });
    return () => {
      current = false;
    };
  }, [draftKey]);
}

export function Composer(props: ComposerProps) {
  const { draftKey, running, disabled = false } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  const [isEmpty, setEmpty] = useState(true);

  const put = (text: string): void => {
    if (area.current === null) return;
    area.current.value = text;
    fit(area.current);
    setEmpty(text.trim() === "");
  };
  useDraft(draftKey, put);

  useEffect(() => {
    fill = (text) => {
      const typed = area.current?.value ?? "";
      put(typed.trim() === "" ? text : `${text}\n\n${typed}`);
      drafts.save(draftKey, area.current?.value ?? "");
      area.current?.focus();
    };
    return () => {
      fill = null;
    };
  }, [draftKey]);

  const send = (): void => {
    const content = clean(area.current?.value ?? "");
    if (content.trim() === "" || disabled) return;
    drafts.save(draftKey, area.current?.value ?? "");
    drafts.hold(draftKey);
    put("");
    props.onSend(content);
    area.current?.focus();
  };

  const onInput = (): void => {
    const box = area.current;
    if (box === null) return;
    fit(box);
    const nowEmpty = box.value.trim() === "";
    if (nowEmpty !== isEmpty) setEmpty(nowEmpty);
    drafts.save(draftKey, box.value);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const situation = {
      sendKey: prefs.settings.value.send_key,
      isCoarse: isCoarse.value,
      isEmpty: area.current?.value === "",
    };
    const intent = intentOf(event, situation);
    if (intent === "none" || (intent === "editLast" && props.onEditLast === undefined)) return;
    event.preventDefault();
    if (intent === "send") send();
    else props.onEditLast?.();
  };

  const sendLabel = t(network.value ? (running ? "composer.queue" : "composer.send") : "composer.sendOnline");
  return (
    <div class="composer">
      <textarea
        ref={area}
        class="composer-text"
        rows={1}
        aria-label={t("composer.label")}
        placeholder={props.placeholder}
        autocomplete="off"
        enterkeyhint={isCoarse.value ? "enter" : "send"}
        onInput={onInput}
        onKeyDown={onKeyDown}
      />
      <div class="composer-row">
        <div class="composer-tools">{props.tools}</div>
        <div class="composer-status">{props.status}</div>
        {running && !isEmpty && <IconButton icon="arrow-up" label={sendLabel} class="composer-enqueue" onClick={send} />}
        <SendStopButton
          running={running}
          stopping={props.stopping}
          disabled={isEmpty || disabled}
          sendLabel={sendLabel}
          onSend={send}
          onStop={props.onStop}
        />
      </div>
    </div>
  );
}
