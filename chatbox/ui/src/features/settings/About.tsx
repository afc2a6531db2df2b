/** Version, limits, and what this connection allows, said plainly. */
import { useEffect, useState } from "preact/hooks";
import { announce } from "../../lib/a11y";
import { api } from "../../lib/api/client";
import { describeError } from "../../lib/api/errors";
import type { Info } from "../../lib/api/types";
import { formatNumber, hasKey, t } from "../../lib/i18n";
import { copyText, features, isSecure } from "../../lib/platform";
import { hrefOf } from "../../lib/router";
import { toasts } from "../../lib/state/toasts";
import { Button, ErrorState, Icon, Skeleton } from "../../lib/ui";
import { Page } from "./parts";

type Row = readonly [label: string, value: string];

function modeName(mode: string): string {
  const key = `settings.about_mode_${mode}`;
  return hasKey(key) ? t(key) : mode;
}

function rowsOf(info: Info): Row[] {
  const demo = t(`settings.about_demo_${info.demo_model.state}`);
  const rows: Row[] = [
    [t("settings.about_version"), info.version],
    [t("settings.about_commit"), info.commit ?? "—"],
    [t("settings.about_sqlite"), info.sqlite_version],
    [t("settings.about_mode"), modeName(info.mode)],
    [t("settings.about_demo"), info.demo_model.detail ? `${demo}: ${info.demo_model.detail}` : demo],
  ];
  const chars = info.limits["content_chars"];
  if (chars) rows.push([t("settings.about_limits"), t("settings.about_chars", { n: formatNumber(chars) })]);
  return rows;
}

function Connection() {
  const secure = isSecure();
  const lines = features().map(({ name, available }) => ({ text: t(`settings.about_${name}_${available ? "yes" : "no"}`), good: available }));
  const all = [{ text: t(secure ? "settings.about_secure" : "settings.about_insecure"), good: secure }, ...lines];
  return (
    <section class="about-connection">
      <h3>{t("settings.about_browser")}</h3>
      <ul>
        {all.map(({ text, good }) => (
          <li key={text} class={good ? "about-good" : "about-limited"}>
            <Icon name={good ? "check" : "info"} size={18} />
            <span>{text}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

async function copyReport(rows: readonly Row[]): Promise<void> {
  const text = [...rows.map(([label, value]) => `${label}: ${value}`), navigator.userAgent].join("\n");
  const copied = await copyText(text);
  toasts.show({ kind: copied ? "success" : "error", text: t(copied ? "ui.copied" : "ui.copyFailed") });
  announce(t(copied ? "ui.copied" : "ui.copyFailed"));
}

export function About() {
  const [info, setInfo] = useState<Info | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const load = (): void => {
    setProblem(null);
    api.get<Info>("/info").then(setInfo, (error: unknown) => setProblem(describeError(error)));
  };
  useEffect(load, []);
  const rows = info ? rowsOf(info) : [];
  return (
    <Page title={t("settings.about_title")}>
      {problem && <ErrorState title={t("settings.load_failed")} detail={problem} onRetry={load} />}
      {!info && !problem && <Skeleton lines={6} />}
      {info && (
        <dl class="about-rows">
          {rows.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <div class="settings-buttons settings-buttons-start">
        <Button icon="copy" disabled={!info} onClick={() => void copyReport(rows)}>
          {t("settings.about_copy")}
        </Button>
        <a class="about-docs" href={hrefOf("/docs")} target="_blank" rel="noopener">
          {t("settings.about_docs")}
          <Icon name="external" size={16} />
        </a>
      </div>
      <Connection />
    </Page>
  );
}
