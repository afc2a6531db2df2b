/** Model servers found on the machine that runs chatbox, and the demo model, as cards. */
import { useEffect, useState } from "preact/hooks";
import { describeError } from "../../lib/api/errors";
import type { DetectedProvider, Provider } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { providers } from "../../lib/state/providers";
import { Badge, Button, ErrorState, Icon, Skeleton } from "../../lib/ui";
import { freeName } from "./presets";

const NAMES = { ollama: "Ollama", lmstudio: "LM Studio", llamacpp: "llama.cpp" } as const;

function titleOf(found: DetectedProvider): string {
  if (found.software === "environment") return t("onboarding.from_environment", { name: found.name, variable: found.variable ?? "" });
  return t("onboarding.on_this_computer", { name: NAMES[found.software] });
}

/** What is from the environment is connected by the server, which alone knows the key. */
function connect(found: DetectedProvider): Promise<Provider> {
  if (found.software === "environment") return providers.useDetected(found.name);
  const name = freeName(found.name, providers.items.peek().map((one) => one.name));
  return providers.create({ name, base_url: found.base_url, kind: found.kind });
}

interface CardProps {
  readonly found: DetectedProvider;
  readonly onUsed: (provider: Provider) => void;
}

function ServerCard({ found, onUsed }: CardProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const use = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      onUsed(await connect(found));
    } catch (error) {
      setProblem(describeError(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <li class="setup-card">
      <Icon name={found.software === "environment" ? "key" : "server"} />
      <div class="setup-card-text">
        <span class="setup-card-title">{titleOf(found)}</span>
        <span class="setup-card-hint">
          {found.base_url.replace(/^https?:\/\//, "")}
          {found.model_count > 0 && ` · ${t("settings.provider_models", { n: found.model_count })}`}
        </span>
        {problem && <span class="setup-card-problem">{problem}</span>}
      </div>
      {found.already_configured ? (
        <Badge tone="ok" icon="check">
          {t("onboarding.in_use")}
        </Badge>
      ) : (
        <Button size="sm" busy={busy} aria-label={t("onboarding.use_named", { name: titleOf(found) })} onClick={() => void use()}>
          {t("onboarding.use")}
        </Button>
      )}
    </li>
  );
}

type State = { readonly kind: "looking" } | { readonly kind: "found"; readonly items: readonly DetectedProvider[] } | { readonly kind: "failed"; readonly detail: string };

export function Detected({ onUsed }: { readonly onUsed: (provider: Provider) => void }) {
  const [state, setState] = useState<State>({ kind: "looking" });
  const look = (): void => {
    setState({ kind: "looking" });
    providers.detect().then(
      (items) => setState({ kind: "found", items }),
      (error: unknown) => setState({ kind: "failed", detail: describeError(error) }),
    );
  };
  useEffect(look, []);
  return (
    <div class="setup-detected">
      <p class="visually-hidden" role="status">
        {state.kind === "looking" ? t("onboarding.looking") : state.kind === "found" ? t("onboarding.found", { n: state.items.length }) : ""}
      </p>
      {state.kind === "looking" && (
        <>
          <p class="setup-looking">{t("onboarding.looking")}</p>
          <Skeleton kind="card" lines={2} />
        </>
      )}
      {state.kind === "failed" && <ErrorState title={t("onboarding.look_failed")} detail={state.detail} onRetry={look} />}
      {state.kind === "found" && (
        <>
          {state.items.length === 0 && <p class="setup-none">{t("onboarding.found_none")}</p>}
          <ul class="setup-cards">
            {state.items.map((found) => (
              <ServerCard key={`${found.software} ${found.base_url}`} found={found} onUsed={onUsed} />
            ))}
          </ul>
          <Button kind="quiet" size="sm" icon="refresh" onClick={look}>
            {t("onboarding.look_again")}
          </Button>
        </>
      )}
    </div>
  );
}
