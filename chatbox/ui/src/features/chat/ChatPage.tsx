/** One chat: bar, messages, composer. Without a session it is the page for a new one. */
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { announce } from "../../lib/a11y/announcer";
import { focusHeading } from "../../lib/a11y/focus";
import { registerShortcuts } from "../../lib/a11y/shortcuts";
import { t } from "../../lib/i18n";
import { isCoarse } from "../../lib/platform/viewport";
import { hasNavigated, useTitle } from "../../lib/router";
import { may } from "../../lib/state/me";
import { models } from "../../lib/state/models";
import { outbox } from "../../lib/state/outbox";
import { runs } from "../../lib/state/runs";
import { session } from "../../lib/state/session";
import { actions } from "../../lib/state/session-actions";
import { sessions } from "../../lib/state/sessions";
import { Composer, ContextMeter, focusComposer, QueueList } from "../composer";
import { ModelPicker } from "../models";
import { useReplyAnnouncements } from "./announcements";
import { ChatBar } from "./ChatBar";
import { editing, editLastQuestion } from "./editing";
import { NewChat } from "./NewChat";
import { newChoice } from "./new-choice";
import { ReadOnly } from "./small-parts";
import { SessionNotice } from "./states";
import { modelName } from "./StreamStatus";
import { loadTranscript, transcript } from "./transcript-chunk";

export interface ChatPageProps {
  readonly sessionId?: string;
}

function SessionModelPicker({ id }: { readonly id: string }) {
  const record = session.record.value;
  const model = record?.model ?? models.preferred.value?.id ?? null;
  const choose = (next: string): void => {
    if (next === model) return;
    void sessions.update(id, { model: next });
    if (session.messages.peek().length > 0) announce(t("composer.modelNext", { model: modelName(next) }));
  };
  return (
    <ModelPicker
      scope="session"
      value={model}
      onChange={choose}
      params={record?.params ?? {}}
      onParams={(params) => void sessions.update(id, { params })}
      systemPrompt={record?.system_prompt ?? ""}
      onSystemPrompt={(system_prompt) => void sessions.update(id, { system_prompt })}
    />
  );
}

/** True from the press on send until the turn has ended. */
function useIsBusy(id: string): boolean {
  const isSending = outbox.items.value.some((item) => item.sessionId === id && item.state === "sending");
  return isSending || session.runningTurn.value !== null || session.expecting.value !== null;
}

function useStopShortcut(): void {
  useEffect(
    () =>
      registerShortcuts({
        id: "stop",
        keys: "escape",
        group: "chat",
        label: () => t("composer.stop"),
        inFields: true,
        when: () => session.runningTurn.peek() !== null,
        run: actions.stop,
      }),
    [],
  );
}

function Dock({ id }: { readonly id: string }) {
  const isBusy = useIsBusy(id);
  const turn = session.runningTurn.value;
  const model = session.record.value?.model ?? models.preferred.value?.id ?? null;
  const isStopping = turn !== null && (runs.findByTurn(turn.turn_id)?.stopping.value ?? false);
  return (
    <div class="chat-dock">
      <QueueList sessionId={id} />
      <Composer
        key={id}
        draftKey={id}
        placeholder={model === null ? t("composer.placeholder") : t("composer.placeholderTo", { model: modelName(model) })}
        running={isBusy}
        stopping={isStopping}
        onSend={(content) => void actions.send(content)}
        onStop={actions.stop}
        onEditLast={() => void editLastQuestion()}
        tools={<SessionModelPicker id={id} />}
        status={<ContextMeter />}
      />
    </div>
  );
}

function OpenChat({ id }: { readonly id: string }) {
  const [isScrolled, setScrolled] = useState(false);
  const status = session.status.value;
  const Transcript = transcript.value;
  useEffect(() => void loadTranscript(), []);
  useReplyAnnouncements();
  useStopShortcut();
  return (
    <div class="chat">
      <ChatBar scrolled={isScrolled} />
      {status === "ready" && Transcript !== null ? <Transcript key={id} sessionId={id} onScrolled={setScrolled} /> : <SessionNotice />}
      {(status === "ready" || status === "loading") && (may("chat") ? <Dock id={id} /> : <ReadOnly />)}
    </div>
  );
}

/** Puts the keyboard where it is wanted after a change of page. */
function useArrival(id: string | null): void {
  const isShown = session.openId.value === id;
  useEffect(() => {
    if (!isShown) return;
    if (newChoice.wasJustStarted(id) || (id === null && !isCoarse.peek())) focusComposer();
    else if (hasNavigated.peek()) focusHeading();
  }, [id, isShown]);
}

export function ChatPage({ sessionId }: ChatPageProps) {
  const id = sessionId ?? null;
  useLayoutEffect(() => {
    editing.value = null;
    session.open(id);
  }, [id]);
  useEffect(() => () => session.open(null), []);
  useArrival(id);
  useTitle(id === null ? t("chat.untitled") : session.record.value?.title || t("chat.untitled"));
  if (session.openId.value !== id) return null;
  return id === null ? <NewChat /> : <OpenChat id={id} />;
}
