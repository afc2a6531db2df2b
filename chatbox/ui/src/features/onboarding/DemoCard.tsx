/** The demo model, presented as what it is. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../../lib/api/client";
import type { Info } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { Badge, Button, Icon } from "../../lib/ui";

const POLL_MS = 2000;

/** The demo model's state, asked again while it is starting. */
export function useDemo(): Info["demo_model"] | null {
  const [demo, setDemo] = useState<Info["demo_model"] | null>(null);
  useEffect(() => {
    let timer = 0;
    let isGone = false;
    const ask = async (): Promise<void> => {
      const info = await api.get<Info>("/info").catch(() => null);
      if (isGone || !info) return;
      setDemo(info.demo_model);
      if (info.demo_model.state === "starting") timer = window.setTimeout(() => void ask(), POLL_MS);
    };
    void ask();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, []);
  return demo;
}

export function DemoCard({ demo, onTry }: { readonly demo: Info["demo_model"]; readonly onTry: () => void }) {
  if (demo.state === "off") return null;
  return (
    <section class="setup-demo" aria-label={t("settings.source_demo")}>
      <Icon name="lightbulb" />
      <div class="setup-card-text">
        <span class="setup-card-title">
          {t("onboarding.demo_title")} <Badge tone={demo.state === "ready" ? "ok" : demo.state === "failed" ? "danger" : "neutral"}>{t(`settings.about_demo_${demo.state}`)}</Badge>
        </span>
        <span class="setup-card-hint">{demo.state === "failed" ? (demo.detail ?? t("settings.demo_text")) : t("settings.demo_text")}</span>
      </div>
      <Button size="sm" disabled={demo.state !== "ready"} onClick={onTry}>
        {t("onboarding.demo_try")}
      </Button>
    </section>
  );
}
