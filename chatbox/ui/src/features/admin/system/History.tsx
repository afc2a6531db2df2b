/** What was changed in the system settings, by whom; each change can be taken back. */
import { useState } from "preact/hooks";
import { api } from "../../../lib/api/client";
import { formatDateTime, t } from "../../../lib/i18n";
import { complain } from "../../../lib/state/complain";
import { may } from "../../../lib/state/me";
import { toasts } from "../../../lib/state/toasts";
import { Button } from "../../../lib/ui";
import type { SettingChange, SystemSetting, SystemSettings } from "../model";
import { Nothing, Paged } from "../parts";
import { usePages } from "../use-pages";
import { labelOf, wordsOf } from "./values";

interface RowProps {
  readonly change: SettingChange;
  readonly setting: SystemSetting | undefined;
  readonly onRevert: () => Promise<void>;
}

function Row({ change, setting, onRevert }: RowProps) {
  const [busy, setBusy] = useState(false);
  const label = labelOf(setting ?? { key: change.key });
  const mayRevert = setting !== undefined && may("manage") && (!setting.owner_only || may("own"));
  const revert = async (): Promise<void> => {
    setBusy(true);
    await onRevert();
    setBusy(false);
  };
  return (
    <li class="admin-row">
      <div class="admin-row-main">
        <h3 class="admin-name">{label}</h3>
        <p class="admin-change">
          <span class="visually-hidden">{t("admin.before")} </span>
          <del>{wordsOf(change.key, change.old)}</del>
          <span aria-hidden="true"> → </span>
          <span class="visually-hidden">{t("admin.after")} </span>
          <ins>{wordsOf(change.key, change.new)}</ins>
        </p>
        <p class="ui-hint">{t("admin.changed_by", { name: change.changed_by_name ?? t("admin.gone"), time: formatDateTime(change.changed_at) })}</p>
      </div>
      {mayRevert && (
        <Button size="sm" icon="undo" busy={busy} aria-label={`${t("admin.revert")}: ${label}`} onClick={() => void revert()}>
          {t("admin.revert")}
        </Button>
      )}
    </li>
  );
}

export interface HistoryProps {
  readonly items: readonly SystemSetting[];
  readonly onItems: (items: readonly SystemSetting[]) => void;
}

export function History({ items, onItems }: HistoryProps) {
  const pages = usePages<SettingChange>("/settings/system/history", { limit: 50 });
  const revert = async (id: number): Promise<void> => {
    try {
      const saved = await api.post<SystemSettings>("/settings/system/revert", { id });
      onItems(saved.items);
      pages.reload();
      toasts.show({ kind: "success", text: t("admin.reverted") });
    } catch (error) {
      complain(error);
    }
  };
  return (
    <Paged pages={pages} label={t("admin.history")} empty={<Nothing text={t("admin.history_none")} />}>
      {(change) => <Row key={change.id} change={change} setting={items.find(({ key }) => key === change.key)} onRevert={() => revert(change.id)} />}
    </Paged>
  );
}
