/** One provider: what it is, how it is doing, what can be done with it. */
import { useState } from "preact/hooks";
import { announce } from "../../lib/a11y";
import { describeCode } from "../../lib/api/errors";
import type { Provider, ProviderTest } from "../../lib/api/types";
import { formatAgo, formatNumber, t } from "../../lib/i18n";
import { isTeam } from "../../lib/state/boot";
import { may } from "../../lib/state/me";
import { providers } from "../../lib/state/providers";
import { toasts } from "../../lib/state/toasts";
import { Badge, Button, ErrorState, MenuButton, Switch, type MenuEntry, type Tone } from "../../lib/ui";
import { complain } from "./parts";

export interface ProviderCardProps {
  readonly provider: Provider;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

const TONES: Readonly<Record<Provider["status"]["state"], Tone>> = { ok: "ok", failed: "danger", unknown: "neutral" };
const ICONS = { ok: "check", failed: "alert", unknown: "info" } as const;

function StatusBadge({ provider }: { readonly provider: Provider }) {
  if (!provider.enabled) return <Badge>{t("settings.status_off")}</Badge>;
  const { state } = provider.status;
  return (
    <Badge tone={TONES[state]} icon={ICONS[state]}>
      {t(`settings.status_${state}`)}
    </Badge>
  );
}

function Facts({ provider }: { readonly provider: Provider }) {
  const facts = [
    t("settings.provider_models", { n: provider.model_count }),
    provider.has_secret ? t("settings.provider_key", { hint: provider.secret_hint ?? "…" }) : t("settings.provider_no_key"),
    provider.source === "user" ? null : t(`settings.source_${provider.source}`),
    provider.status.checked_at ? t("settings.provider_checked", { ago: formatAgo(provider.status.checked_at) }) : null,
  ];
  return (
    <p class="provider-facts">
      {facts.filter(Boolean).map((fact) => (
        <span key={fact}>{fact}</span>
      ))}
    </p>
  );
}

function TestResult({ result }: { readonly result: ProviderTest }) {
  if (!result.ok) return null;
  const words = [t("settings.test_ok", { n: result.model_count ?? 0 }), result.latency_ms === null ? "" : t("settings.test_latency", { ms: formatNumber(Math.round(result.latency_ms)) })];
  return <p class="provider-result">{words.filter(Boolean).join(" · ")}</p>;
}

export function ProviderCard({ provider, onEdit, onDelete }: ProviderCardProps) {
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<ProviderTest | null>(null);
  const { name, id } = provider;

  const during = async (work: () => Promise<void>): Promise<void> => {
    if (busy) return;
    setBusy(true);
    await work().catch(complain);
    setBusy(false);
  };
  const test = async (): Promise<void> => {
    const found = await providers.test(id);
    setResult(found);
    announce(found.ok ? t("settings.test_ok", { n: found.model_count ?? 0 }) : t("settings.test_failed"));
    await providers.load();
  };
  const refresh = async (): Promise<void> => {
    const found = await providers.refreshModels(id);
    toasts.show({ kind: "success", text: t("settings.provider_refreshed", { n: found.length, name }) });
  };
  const items: MenuEntry[] = [
    { id: "edit", label: t("settings.provider_edit"), icon: "pencil", onSelect: onEdit, disabled: provider.source === "demo" },
    { id: "refresh", label: t("settings.provider_refresh"), icon: "refresh", onSelect: () => void during(refresh) },
    null,
    { id: "delete", label: t("settings.provider_delete"), icon: "trash", danger: true, onSelect: onDelete },
  ];
  const failure = result && !result.ok ? describeCode(result.code ?? "", result.detail) : !result && provider.enabled && provider.status.state === "failed" ? describeCode(provider.status.code ?? "", provider.status.detail ?? "") : null;
  return (
    <li class="provider">
      <div class="provider-main">
        <div class="provider-text">
          <h3 class="provider-name">
            <bdi>{name}</bdi> <StatusBadge provider={provider} />
          </h3>
          <p class="provider-url">{provider.base_url}</p>
          <Facts provider={provider} />
          {provider.source === "demo" && <p class="ui-hint">{t("settings.demo_text")}</p>}
          {isTeam && may("manage") && <Switch checked={provider.is_system} label={t("admin.share_name", { name })} onChange={(system) => void providers.update(id, { system }).catch(complain)} />}
        </div>
        <div class="provider-controls">
          <Switch checked={provider.enabled} hideLabel label={t("settings.provider_enabled", { name })} onChange={(enabled) => void providers.update(id, { enabled }).catch(complain)} />
          <Button size="sm" busy={busy} disabled={!provider.enabled} aria-label={`${t("settings.provider_test")}: ${name}`} onClick={() => void during(test)}>
            {t("settings.provider_test")}
          </Button>
          <MenuButton icon="more" size="sm" label={t("settings.provider_actions", { name })} tip={null} items={items} />
        </div>
      </div>
      {result && <TestResult result={result} />}
      {failure && <ErrorState title={t("settings.test_failed")} detail={failure} />}
    </li>
  );
}
