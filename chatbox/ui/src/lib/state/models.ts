/** The models the user may pick from. */
import { computed, signal } from "@preact/signals";
import { api } from "../api/client";
import type { Model, ModelCreate, ModelPatch, Page } from "../api/types";
import { prefs } from "./prefs";

const items = signal<readonly Model[]>([]);
const loaded = signal(false);
const usable = computed(() => items.value.filter((model) => model.enabled && model.available));
const byId = computed(() => new Map(items.value.map((model) => [model.id, model])));

let loading: Promise<void> | null = null;

async function fetchAll(): Promise<void> {
  const found: Model[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Model> = await api.get<Page<Model>>("/models", { query: { limit: 200, cursor } });
    found.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null);
  items.value = found;
  loaded.value = true;
}

/** Fetches the whole list; calls made meanwhile share the same request. */
function load(): Promise<void> {
  loading ??= fetchAll().finally(() => (loading = null));
  return loading;
}

const pathOf = (id: string): string => `/models/${encodeURIComponent(id)}`;

function put(model: Model): void {
  const known = items.value.some((other) => other.id === model.id);
  items.value = known
    ? items.value.map((other) => (other.id === model.id ? model : other))
    : [...items.value, model];
}

async function update(id: string, change: ModelPatch): Promise<Model> {
  const before = items.value;
  items.value = before.map((model) => (model.id === id ? { ...model, ...change } : model));
  try {
    const saved = await api.patch<Model>(pathOf(id), change);
    put(saved);
    return saved;
  } catch (error) {
    items.value = before;
    throw error;
  }
}

const setEnabled = (id: string, enabled: boolean): Promise<Model> => update(id, { enabled });

async function add(model: ModelCreate): Promise<Model> {
  const made = await api.post<Model>("/models", model);
  put(made);
  return made;
}

async function remove(id: string): Promise<void> {
  await api.del(pathOf(id));
  items.value = items.value.filter((model) => model.id !== id);
}

/** The model a new chat would use: the default, else the first usable one. */
const preferred = computed<Model | null>(() => {
  const wanted = prefs.settings.value.default_model;
  const found = wanted === null ? undefined : byId.value.get(wanted);
  if (found?.enabled && found.available) return found;
  return usable.value.find((model) => model.is_default) ?? usable.value[0] ?? null;
});

export const models = { items, loaded, usable, byId, preferred, load, update, setEnabled, add, remove };
