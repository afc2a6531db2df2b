/** The page for a new chat: a greeting and the composer. Sending needs no network to change the screen. */
import { t } from "../../lib/i18n";
import { hrefOf, navigate } from "../../lib/router";
import { may } from "../../lib/state/me";
import { models } from "../../lib/state/models";
import { NEW_DRAFT } from "../../lib/state/drafts";
import { actions } from "../../lib/state/session-actions";
import { Composer } from "../composer";
import { ModelPicker } from "../models";
import { TopBar } from "../shell";
import { newChoice } from "./new-choice";
import { ReadOnly } from "./small-parts";
import { modelName } from "./StreamStatus";

function send(content: string): void {
  const id = actions.start(content, newChoice.take());
  newChoice.noteStarted(id);
  navigate(`/c/${id}`);
}

function NewComposer({ disabled }: { readonly disabled: boolean }) {
  const model = newChoice.model.value;
  return (
    <Composer
      draftKey={NEW_DRAFT}
      placeholder={model === null ? t("composer.placeholder") : t("composer.placeholderTo", { model: modelName(model) })}
      running={false}
      stopping={false}
      disabled={disabled}
      onSend={send}
      onStop={() => undefined}
      tools={
        <ModelPicker
          scope="new"
          value={model}
          onChange={newChoice.choose}
          params={newChoice.params.value}
          onParams={(next) => (newChoice.params.value = next)}
          systemPrompt={newChoice.systemPrompt.value}
          onSystemPrompt={(next) => (newChoice.systemPrompt.value = next)}
        />
      }
    />
  );
}

function greeting(isBare: boolean): string {
  if (!may("chat")) return t("chat.readOnlyTitle");
  if (!isBare) return t("chat.greeting");
  return t(may("connect") ? "chat.greetingNoModel" : "chat.greetingAsk");
}

export function NewChat() {
  const isBare = models.loaded.value && models.usable.value.length === 0;
  return (
    <div class="chat is-new">
      <TopBar>{null}</TopBar>
      <div class="new-chat">
        <h1 class="new-greeting" tabIndex={-1}>
          {greeting(isBare)}
        </h1>
        {isBare && may("chat") && may("connect") && (
          <a class="ui-button ui-button-primary ui-size-md new-connect" href={hrefOf("/setup")}>
            {t("chat.connectModel")}
          </a>
        )}
        <div class="new-composer">{may("chat") ? <NewComposer disabled={isBare} /> : <ReadOnly />}</div>
      </div>
    </div>
  );
}
