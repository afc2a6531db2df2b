/** A reply: no bubble, the full measure, and one line about how it came to be. */
import { useRef, useState } from "preact/hooks";
import { describeCode } from "../../lib/api/errors";
import type { Message } from "../../lib/api/types";
import { formatTime, t } from "../../lib/i18n";
import { runs, type LiveRun } from "../../lib/state/runs";
import { actions } from "../../lib/state/session-actions";
import { Badge } from "../../lib/ui/Badge";
import { Button } from "../../lib/ui/Button";
import { Popover } from "../../lib/ui/Popover";
import { TurnAccount } from "../composer";
import { BranchSwitcher } from "./BranchSwitcher";
import { DeleteMessage } from "./DeleteMessage";
import { EditComposer } from "./EditComposer";
import { editing } from "./editing";
import { canContinue, MessageActions } from "./MessageActions";
import { MessageError } from "./MessageError";
import { ReasoningBlock } from "./ReasoningBlock";
import { ReplyBody } from "./ReplyBody";
import { LinkStatus, modelName, StreamStatus } from "./StreamStatus";

/** model · tokens · time; opens the account of the turn. */
function MetaLine({ message }: { readonly message: Message }) {
  const anchor = useRef<HTMLSpanElement>(null);
  const [isOpen, setOpen] = useState(false);
  const tokens = message.usage?.output_tokens ?? 0;
  const pieces = [
    modelName(message.model),
    ...(tokens > 0 ? [t("chat.tokens", { n: tokens })] : []),
    formatTime(message.created_at),
    ...(message.edited ? [t("chat.edited")] : []),
  ];
  const text = pieces.join(" · ");
  if (message.context === null && message.usage === null) return <span class="message-meta">{text}</span>;
  return (
    <span class="message-account" ref={anchor}>
      <button type="button" class="message-meta is-button" aria-haspopup="dialog" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {text}
      </button>
      {isOpen && (
        <Popover anchor={anchor} label={t("chat.details")} placement="top-start" sheetOnPhone focus="none" onClose={() => setOpen(false)}>
          <TurnAccount message={message} />
        </Popover>
      )}
    </span>
  );
}

/** Why the reply ended the way it did, and how to go on. */
function Ending({ message }: { readonly message: Message }) {
  const goOn = canContinue(message) && (
    <Button size="sm" icon="play" onClick={() => void actions.resume(message)}>
      {t("chat.continue")}
    </Button>
  );
  if (message.status === "failed") {
    const failure = message.error ?? { code: "unknown", detail: "" };
    return (
      <MessageError code={failure.code} detail={failure.detail} isFresh={isRecent(message)}>
        {goOn}
        <Button size="sm" icon="refresh" onClick={() => void actions.regenerate(message)}>
          {t("chat.retry")}
        </Button>
      </MessageError>
    );
  }
  const note = noteOf(message);
  if (note === null) return null;
  return (
    <p class="message-note">
      <span>{note}</span>
      {goOn}
    </p>
  );
}

const RECENT_MS = 10_000;
const isRecent = (message: Message): boolean =>
  message.finished_at !== null && Date.now() - Date.parse(message.finished_at) < RECENT_MS;

function interruption({ error }: Message): string {
  const isKnown = error === null || error.code === "server_stopped";
  return isKnown ? t("chat.interrupted") : describeCode(error.code, error.detail);
}

function noteOf(message: Message): string | null {
  if (message.status === "stopped") return t("chat.stopped");
  if (message.status === "interrupted") return interruption(message);
  if (message.status !== "done") return null;
  if (message.finish_reason === "length") return t("chat.cutOff");
  if (message.finish_reason === "content_filter") return t("chat.filtered");
  return message.text === "" ? t("chat.emptyReply") : null;
}

function LiveFoot({ message, run }: { readonly message: Message; readonly run: LiveRun | undefined }) {
  const phase = run?.phase.value ?? "waiting";
  const since = run?.startedAt ?? Date.parse(message.created_at);
  return (
    <>
      {phase === "waiting" && (run !== undefined || message.text === "") && <StreamStatus model={message.model} since={since} />}
      {run?.stopping.value === true && phase !== "ended" && <p class="stream-status">{t("chat.stopping")}</p>}
      <LinkStatus />
    </>
  );
}

export function MessageAssistant({ message }: { readonly message: Message }) {
  const [isDeleting, setDeleting] = useState(false);
  runs.revision.value;
  const run = runs.find(message.id);
  const isLive = message.status === "pending" || (run !== undefined && run.phase.value !== "ended");
  if (editing.value === message.id && !isLive) return <EditComposer message={message} />;
  return (
    <div class="reply" data-streaming={isLive ? "" : undefined}>
      <ReasoningBlock message={message} run={run} />
      <ReplyBody message={message} run={run} />
      {isLive ? (
        <LiveFoot message={message} run={run} />
      ) : (
        <>
          <Ending message={message} />
          <footer class="message-foot">
            <MetaLine message={message} />
            {message.pinned && <Badge>{t("chat.pinned")}</Badge>}
            <BranchSwitcher message={message} />
            <MessageActions message={message} onDelete={() => setDeleting(true)} />
          </footer>
        </>
      )}
      {isDeleting && <DeleteMessage message={message} onClose={() => setDeleting(false)} />}
    </div>
  );
}
