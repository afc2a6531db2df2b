/** First run: connect a model, choose the default one, start. Skippable, and resumable at /setup. */
import "./onboarding.css";
import { useEffect, useState } from "preact/hooks";
import { focusHeading } from "../../lib/a11y";
import { describeError } from "../../lib/api/errors";
import type { Provider } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { navigate, useTitle } from "../../lib/router";
import { models } from "../../lib/state/models";
import { prefs } from "../../lib/state/prefs";
import { providers } from "../../lib/state/providers";
import { toasts } from "../../lib/state/toasts";
import { Badge, Button, EmptyState, Icon } from "../../lib/ui";
import { ModelFacts } from "../models";
import { TopBar } from "../shell";
import { DemoCard, useDemo } from "./DemoCard";
import { Detected } from "./Detected";
import { ProviderForm } from "./ProviderForm";

type Step = "connect" | "choose";

function leave(defaultModel: string | null): void {
  const change = defaultModel === null ? { onboarded: true } : { onboarded: true, default_model: defaultModel };
  prefs.patch(change).catch((error: unknown) => toasts.show({ kind: "error", text: describeError(error) }));
  navigate("/");
}

function Connect({ onConnected }: { readonly onConnected: (provider: Provider) => void }) {
  const demo = useDemo();
  const tryDemo = async (): Promise<void> => {
    await models.load().catch(() => undefined);
    const source = providers.items.peek().find((one) => one.source === "demo");
    leave(models.usable.peek().find((model) => model.provider_id === source?.id)?.id ?? null);
  };
  const real = providers.items.value.filter((one) => one.source !== "demo");
  return (
    <>
      {real.length > 0 && (
        <p class="setup-connected">
          <Icon name="check" size={18} /> {t("onboarding.connected", { names: real.map((one) => one.name).join(", ") })}
        </p>
      )}
      <div class="setup-columns">
        <section class="setup-column" aria-labelledby="setup-local">
          <h2 id="setup-local">{t("onboarding.local_title")}</h2>
          <Detected onUsed={onConnected} />
          {demo && <DemoCard demo={demo} onTry={() => void tryDemo()} />}
        </section>
        <section class="setup-column" aria-labelledby="setup-key">
          <h2 id="setup-key">{t("onboarding.key_title")}</h2>
          <ProviderForm provider={null} onDone={onConnected} />
        </section>
      </div>
    </>
  );
}

const SHOWN = 60;

function Choose({ onBack }: { readonly onBack: () => void }) {
  const usable = models.usable.value;
  const [chosen, setChosen] = useState<string | null>(null);
  const current = chosen ?? models.preferred.value?.id ?? null;
  if (usable.length === 0) {
    return (
      <EmptyState icon="cpu" title={t("onboarding.no_models")} text={t("onboarding.no_models_text")}>
        <Button onClick={onBack}>{t("ui.back")}</Button>
      </EmptyState>
    );
  }
  return (
    <form
      class="setup-choose"
      onSubmit={(event) => {
        event.preventDefault();
        leave(current);
      }}
    >
      <fieldset class="setup-models">
        <legend class="visually-hidden">{t("settings.default_model")}</legend>
        {usable.slice(0, SHOWN).map((model) => (
          <label class="setup-model" key={model.id}>
            <input type="radio" name="default-model" checked={model.id === current} onChange={() => setChosen(model.id)} />
            <span class="setup-card-text">
              <span class="setup-card-title">
                <bdi>{model.name}</bdi>
              </span>
              <ModelFacts model={model} />
            </span>
            <Badge>{model.provider_name}</Badge>
          </label>
        ))}
      </fieldset>
      {usable.length > SHOWN && <p class="ui-hint">{t("onboarding.more_models", { n: usable.length - SHOWN })}</p>}
      <div class="setup-actions">
        <Button type="submit" kind="primary">
          {t("onboarding.start")}
        </Button>
        <Button kind="quiet" onClick={onBack}>
          {t("onboarding.connect_another")}
        </Button>
      </div>
    </form>
  );
}

export function SetupPage() {
  const [step, setStep] = useState<Step>("connect");
  const title = t(step === "connect" ? "onboarding.title" : "onboarding.choose_title");
  useTitle(title);
  useEffect(() => focusHeading(), [step]);
  const onConnected = async (provider: Provider): Promise<void> => {
    const works = provider.status.state !== "failed";
    toasts.show({ kind: works ? "success" : "error", text: t(works ? "settings.connected" : "settings.connected_failed", { name: provider.name }) });
    await models.load().catch(() => undefined);
    if (works) setStep("choose");
  };
  return (
    <>
      <TopBar actions={<Button kind="quiet" size="sm" onClick={() => leave(null)}>{t("onboarding.skip")}</Button>}>
        <span class="setup-step">{t("onboarding.step", { n: step === "connect" ? 1 : 2, of: 2 })}</span>
      </TopBar>
      <div class="shell-page">
        <div class="setup">
          <h1>{title}</h1>
          <p class="setup-lead">{t(step === "connect" ? "onboarding.lead" : "onboarding.choose_lead")}</p>
          {step === "connect" ? <Connect onConnected={(provider) => void onConnected(provider)} /> : <Choose onBack={() => setStep("connect")} />}
          {step === "connect" && models.usable.value.length > 0 && (
            <div class="setup-next">
              <Button kind="secondary" onClick={() => setStep("choose")}>
                {t("onboarding.next")}
              </Button>
            </div>
          )}
        </div>
      </div>
    </>
  );
}
