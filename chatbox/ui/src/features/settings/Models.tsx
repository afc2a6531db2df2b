/** All models of all providers: filter, switch on and off, limits, the default one. */
import { useEffect, useState } from "preact/hooks";
import { describeError } from "../../lib/api/errors";
import type { Model } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { navigate } from "../../lib/router";
import { models } from "../../lib/state/models";
import { providers } from "../../lib/state/providers";
import { Button, EmptyState, ErrorState, Field, Input, MenuButton, Select, Skeleton } from "../../lib/ui";
import { matches } from "../models";
import { AddModelDialog, LimitsDialog } from "./ModelDialogs";
import { ModelLine } from "./ModelLine";
import { complain, Page } from "./parts";

const STATES = ["all", "on", "off"] as const;
type State = (typeof STATES)[number];
const PAGE = 60;

export interface Filter {
  readonly query: string;
  readonly provider: string;
  readonly state: State;
}

/** The models a filter lets through. */
export function filterModels(items: readonly Model[], filter: Filter): Model[] {
  return items.filter(
    (model) =>
      matches(model, filter.query.trim()) &&
      (filter.provider === "" || model.provider_id === filter.provider) &&
      (filter.state === "all" || model.enabled === (filter.state === "on")),
  );
}

/** One request after the other: a hundred at once would starve the page's other requests. */
async function setAll(shown: readonly Model[], enabled: boolean): Promise<void> {
  for (const model of shown) if (model.enabled !== enabled) await models.setEnabled(model.id, enabled);
}

interface FilterBarProps {
  readonly filter: Filter;
  readonly onFilter: (change: Partial<Filter>) => void;
}

function FilterBar({ filter, onFilter }: FilterBarProps) {
  const all = [{ value: "", label: t("settings.models_all") }, ...providers.items.value.map((one) => ({ value: one.id, label: one.name }))];
  return (
    <div class="settings-filters" role="search" aria-label={t("settings.models_filter")}>
      <Field label={t("settings.models_filter")} hideLabel>
        {(control) => <Input {...control} type="search" placeholder={t("settings.models_filter")} value={filter.query} onValue={(query) => onFilter({ query })} />}
      </Field>
      <Field label={t("settings.models_provider")} hideLabel>
        {(control) => <Select {...control} value={filter.provider} options={all} onValue={(provider) => onFilter({ provider })} />}
      </Field>
      <Field label={t("settings.models_state")} hideLabel>
        {(control) => <Select {...control} value={filter.state} options={STATES.map((value) => ({ value, label: t(`settings.models_state_${value}`) }))} onValue={(state) => onFilter({ state })} />}
      </Field>
    </div>
  );
}

function NoModels() {
  return (
    <EmptyState icon="cpu" title={t("settings.models_none")} text={t("settings.models_none_text")}>
      <Button kind="primary" onClick={() => navigate("/setup")}>
        {t("models.connect")}
      </Button>
    </EmptyState>
  );
}

function useLoaded(): [string | null, () => void] {
  const [problem, setProblem] = useState<string | null>(null);
  const load = (): void => {
    setProblem(null);
    models.load().catch((error: unknown) => setProblem(describeError(error)));
  };
  useEffect(load, []);
  return [problem, load];
}

export function Models() {
  const [problem, load] = useLoaded();
  const [filter, setFilter] = useState<Filter>({ query: "", provider: "", state: "all" });
  const [count, setCount] = useState(PAGE);
  const [editing, setEditing] = useState<Model | null>(null);
  const [isAdding, setAdding] = useState(false);
  const items = models.items.value;
  const shown = filterModels(items, filter);
  const change = (part: Partial<Filter>): void => {
    setFilter((now) => ({ ...now, ...part }));
    setCount(PAGE);
  };
  const bulk = [
    { id: "on", label: t("settings.models_enable_all"), onSelect: () => void setAll(shown, true).catch(complain) },
    { id: "off", label: t("settings.models_disable_all"), onSelect: () => void setAll(shown, false).catch(complain) },
  ];
  const hasProviders = providers.items.value.length > 0;
  const actions = hasProviders && (
    <Button icon="plus" onClick={() => setAdding(true)}>
      {t("settings.models_add")}
    </Button>
  );
  return (
    <Page title={t("settings.models_title")} intro={t("settings.models_intro")} actions={actions}>
      {problem && <ErrorState title={t("settings.load_failed")} detail={problem} onRetry={load} />}
      {!models.loaded.value && !problem && <Skeleton kind="card" lines={4} />}
      {models.loaded.value && items.length === 0 && <NoModels />}
      {items.length > 0 && (
        <>
          <FilterBar filter={filter} onFilter={change} />
          <div class="settings-count">
            <p role="status">{t("settings.models_count", { n: shown.length })}</p>
            <MenuButton icon="more" size="sm" label={t("ui.more")} items={bulk} />
          </div>
          {shown.length === 0 && <EmptyState title={t("settings.models_none_match")} />}
          <ul class="model-lines">
            {shown.slice(0, count).map((model) => (
              <ModelLine key={model.id} model={model} showProvider={filter.provider === ""} onEdit={() => setEditing(model)} />
            ))}
          </ul>
          {shown.length > count && <Button onClick={() => setCount(count + PAGE)}>{t("settings.models_show_more", { n: Math.min(PAGE, shown.length - count) })}</Button>}
        </>
      )}
      {editing && <LimitsDialog model={editing} onClose={() => setEditing(null)} />}
      {isAdding && <AddModelDialog onClose={() => setAdding(false)} />}
    </Page>
  );
}
