/** The chat page when there is nothing to read: loading, missing, deleted, failed. */
import { useEffect, useState } from "preact/hooks";
import { describeCode, describeError } from "../../lib/api/errors";
import { t } from "../../lib/i18n";
import { navigate } from "../../lib/router";
import { session } from "../../lib/state/session";
import { sessions } from "../../lib/state/sessions";
import { Button } from "../../lib/ui/Button";
import { isTranscriptLost, loadTranscript } from "./transcript-chunk";

const PATIENCE_MS = 150;

/** Nothing for a moment, then the shape of what will come. */
export function Loading() {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isSlow) return <div class="chat-state" />;
  return (
    <div class="chat-loading" role="status" aria-label={t("chat.loading")}>
      <span class="chat-bone is-user" />
      <span class="chat-bone" />
      <span class="chat-bone" />
      <span class="chat-bone is-short" />
    </div>
  );
}

interface NoticeProps {
  readonly title: string;
  readonly body: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

function Notice({ title, body, action }: NoticeProps) {
  return (
    <div class="chat-state">
      <h1 class="chat-state-title" tabIndex={-1}>
        {title}
      </h1>
      <p>{body}</p>
      <div class="chat-state-actions">
        {action !== undefined && (
          <Button kind="primary" onClick={action.run}>
            {action.label}
          </Button>
        )}
        <Button onClick={() => navigate("/")}>{t("chat.newChat")}</Button>
      </div>
    </div>
  );
}

/** The explanation for a session that cannot be shown; null for one that can. */
export function SessionNotice() {
  const id = session.openId.value;
  switch (session.status.value) {
    case "missing":
      return <Notice title={t("chat.missingTitle")} body={t("chat.missingBody")} />;
    case "deleted":
      return (
        <Notice
          title={t("chat.deletedTitle")}
          body={t("chat.deletedBody")}
          action={{ label: t("chat.restore"), run: () => void restore(id) }}
        />
      );
    case "failed":
      return (
        <Notice
          title={t("chat.failedTitle")}
          body={describeError(session.failure.value)}
          action={{ label: t("chat.retry"), run: session.reload }}
        />
      );
    default:
      return isTranscriptLost.value ? <LostCode /> : <Loading />;
  }
}

function LostCode() {
  return (
    <Notice
      title={t("chat.failedTitle")}
      body={describeCode("network")}
      action={{ label: t("chat.retry"), run: () => void loadTranscript() }}
    />
  );
}

async function restore(id: string | null): Promise<void> {
  if (id === null) return;
  await sessions.restore(id);
  session.reload();
}
