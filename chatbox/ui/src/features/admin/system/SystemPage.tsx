/** Administration → System settings: the form, and what was changed before. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../../../lib/api/client";
import { describeError } from "../../../lib/api/errors";
import { t } from "../../../lib/i18n";
import { ErrorState, Page, Skeleton, tabPanelProps, Tabs } from "../../../lib/ui";
import type { SystemSetting, SystemSettings } from "../model";
import { History } from "./History";
import { SystemForm } from "./SystemForm";

const TABS = ["form", "history"] as const;
const ID = "system";

export function SystemPage() {
  const [tab, setTab] = useState<(typeof TABS)[number]>("form");
  const [items, setItems] = useState<readonly SystemSetting[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const load = (): void => {
    setProblem(null);
    api.get<SystemSettings>("/settings/system").then(
      (found) => setItems(found.items),
      (error: unknown) => setProblem(describeError(error)),
    );
  };
  useEffect(load, []);
  return (
    <Page title={t("admin.nav_system")} intro={t("admin.system_intro")}>
      <Tabs id={ID} label={t("admin.nav_system")} value={tab} onChange={setTab} tabs={TABS.map((value) => ({ value, label: t(`admin.tab_${value}`) }))} />
      {problem && <ErrorState title={t("settings.load_failed")} detail={problem} onRetry={load} />}
      {!items && !problem && <Skeleton lines={8} />}
      {items && (
        <div class="admin-panel" {...tabPanelProps(ID, tab)}>
          {tab === "form" ? <SystemForm items={items} onItems={setItems} /> : <History items={items} onItems={setItems} />}
        </div>
      )}
    </Page>
  );
}
