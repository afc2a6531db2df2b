/** What the picker lists: recent models first, then everything usable, by provider. */
import type { Model } from "../../lib/api/types";

export interface Choice {
  readonly key: string;
  readonly model: Model;
  readonly group: string;
}

/** Every word of the query must occur in the id or in a capability. */
export function matches(model: Model, query: string): boolean {
  const text = `${model.id} ${model.capabilities.join(" ")}`.toLowerCase();
  return query.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** Choices in the order shown. `recentName` heads the recent ones, which a query hides. */
export function choicesFor(models: readonly Model[], query: string, recent: readonly string[], recentName: string): Choice[] {
  const shown = models.filter((model) => model.enabled && matches(model, query.trim()));
  const rest = byProvider(shown).flatMap(([name, items]) => items.map((model) => ({ key: model.id, model, group: name })));
  if (query.trim() || shown.length <= 6) return rest;
  const first = recent.flatMap((id) => shown.find((model) => model.id === id && model.available) ?? []);
  return [...first.map((model) => ({ key: `recent ${model.id}`, model, group: recentName })), ...rest];
}

function byProvider(models: readonly Model[]): [string, Model[]][] {
  const groups = new Map<string, Model[]>();
  for (const model of models) groups.set(model.provider_name, [...(groups.get(model.provider_name) ?? []), model]);
  return [...groups];
}
