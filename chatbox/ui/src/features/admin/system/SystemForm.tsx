/** The form of the system settings: what is not saved yet stays until it is saved or dropped. */
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { announce } from "../../../lib/a11y";
import { api, ApiError } from "../../../lib/api/client";
import { t, type Key } from "../../../lib/i18n";
import { may } from "../../../lib/state/me";
import { toasts } from "../../../lib/state/toasts";
import { Button, ErrorState } from "../../../lib/ui";
import type { SystemSetting, SystemSettings, Value } from "../model";
import { problemsOf, type Problems } from "../use-work";
import { SettingField } from "./SettingField";
import { changedKeys, faultOf, fieldOf, groupsOf, type Draft } from "./values";

/** Outlives the page: somebody may look something up elsewhere and come back. */
const draft = signal<Draft>({});

const FINE: Problems = { form: null, fields: {} };

export interface SystemFormProps {
  readonly items: readonly SystemSetting[];
  readonly onItems: (items: readonly SystemSetting[]) => void;
}

function sorted(error: unknown, keys: readonly string[]): Problems {
  const found = error instanceof ApiError ? fieldOf(error.detail, keys) : null;
  return found ? { form: null, fields: { [found[0]]: found[1] } } : problemsOf(error, keys);
}

function faultsOf(items: readonly SystemSetting[], keys: readonly string[]): Readonly<Record<string, string>> {
  const pairs = items.filter(({ key }) => keys.includes(key)).map((one) => [one.key, faultOf(one, draft.peek()[one.key] ?? one.value)] as const);
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, string] => pair[1] !== null));
}

/** The browser asks before it closes a tab with changes. */
function useKept(isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isDirty]);
}

function focusFirst(fields: Readonly<Record<string, string>>): void {
  const [key] = Object.keys(fields);
  if (key !== undefined) document.querySelector<HTMLElement>(`[data-key="${key}"]`)?.focus();
}

export function SystemForm({ items, onItems }: SystemFormProps) {
  const [problems, setProblems] = useState(FINE);
  const [busy, setBusy] = useState(false);
  const changed = changedKeys(items, draft.value);
  useKept(changed.length > 0);

  const fail = (found: Problems): void => {
    setProblems(found);
    focusFirst(found.fields);
  };
  const save = async (): Promise<void> => {
    const faults = faultsOf(items, changed);
    if (Object.keys(faults).length > 0) return fail({ form: null, fields: faults });
    setBusy(true);
    setProblems(FINE);
    try {
      const sent = draft.peek();
      const saved = await api.patch<SystemSettings>("/settings/system", Object.fromEntries(changed.map((key) => [key, sent[key]])));
      draft.value = Object.fromEntries(Object.entries(draft.peek()).filter(([key, value]) => value !== sent[key]));
      onItems(saved.items);
      toasts.show({ kind: "success", text: t("admin.settings_saved") });
    } catch (error) {
      fail(sorted(error, changed));
    }
    setBusy(false);
  };
  const drop = (): void => {
    draft.value = {};
    setProblems(FINE);
    announce(t("admin.settings_dropped"));
  };
  const put = (key: string, value: Value): void => {
    draft.value = { ...draft.peek(), [key]: value };
  };
  return (
    <form class="admin-form" noValidate onSubmit={(event) => (event.preventDefault(), void save())}>
      {groupsOf(items).map((group) => (
        <section key={group.name} class="settings-form" aria-label={t(`admin.group_${group.name}` as Key)}>
          <h3 class="admin-group">{t(`admin.group_${group.name}` as Key)}</h3>
          {group.items.map((setting) => (
            <SettingField
              key={setting.key}
              setting={setting}
              value={draft.value[setting.key] ?? setting.value}
              problem={problems.fields[setting.key]}
              isLocked={!may("manage") || (setting.owner_only && !may("own"))}
              onValue={(value) => put(setting.key, value)}
            />
          ))}
        </section>
      ))}
      {problems.form && <ErrorState title={t("settings.save_failed")} detail={problems.form} />}
      <div class={changed.length > 0 ? "admin-savebar admin-savebar-on" : "admin-savebar"}>
        <p role="status">{t("admin.unsaved", { n: changed.length })}</p>
        <Button disabled={changed.length === 0} onClick={drop}>
          {t("admin.drop")}
        </Button>
        <Button type="submit" kind="primary" busy={busy} disabled={changed.length === 0}>
          {t("ui.save")}
        </Button>
      </div>
    </form>
  );
}
