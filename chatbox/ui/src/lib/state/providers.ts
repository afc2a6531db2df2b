/** The configured upstream accounts. */
import { signal } from "@preact/signals";
import { api } from "../api/client";
import type {
  DetectedProvider,
  Model,
  Page,
  Provider,
  ProviderCreate,
  ProviderPatch,
  ProviderTest,
} from "../api/types";
import { models } from "./models";

type Found = Omit<DetectedProvider, "model_count"> & { model_count: number | null };

const SLOW = 90_000;

const items = signal<readonly Provider[]>([]);
const loaded = signal(false);

async function load(): Promise<void> {
  const page = await api.get<Page<Provider>>("/providers", { query: { limit: 200 } });
  items.value = page.items;
  loaded.value = true;
}

function put(provider: Provider): void {
  const known = items.value.some((other) => other.id === provider.id);
  items.value = known
    ? items.value.map((other) => (other.id === provider.id ? provider : other))
    : [...items.value, provider];
}

/** Connects a provider; its models are listed by then, or `status` says why not. */
async function create(body: ProviderCreate): Promise<Provider> {
  const made = await api.post<Provider>("/providers", body, { timeout: SLOW });
  put(made);
  void models.load().catch(() => undefined);
  return made;
}

async function update(id: string, change: ProviderPatch): Promise<Provider> {
  const saved = await api.patch<Provider>(`/providers/${id}`, change, { timeout: SLOW });
  put(saved);
  void models.load().catch(() => undefined);
  return saved;
}

async function remove(id: string): Promise<void> {
  await api.del(`/providers/${id}`);
  items.value = items.value.filter((provider) => provider.id !== id);
  void models.load().catch(() => undefined);
}

const test = (id: string): Promise<ProviderTest> =>
  api.post<ProviderTest>(`/providers/${id}/test`, {}, { timeout: SLOW });

async function refreshModels(id: string): Promise<Model[]> {
  const page = await api.post<{ items: Model[] }>(`/providers/${id}/models/refresh`, {}, { timeout: SLOW });
  await Promise.all([models.load(), load()]);
  return page.items;
}

/** Looks for model servers on the machine chatbox runs on, and for keys in its environment. */
async function detect(): Promise<DetectedProvider[]> {
  const page = await api.post<{ items: Found[] }>("/providers/detect", {}, { timeout: 15_000 });
  return page.items.map((found) => ({ ...found, model_count: found.model_count ?? 0 }));
}

/** Connects what `detect` found under this name; a key stays in the server's environment. */
async function useDetected(name: string): Promise<Provider> {
  const made = await api.post<Provider>("/providers/detect/use", { name }, { timeout: SLOW });
  put(made);
  void models.load().catch(() => undefined);
  return made;
}

export const providers = { items, loaded, load, create, update, remove, test, refreshModels, detect, useDetected };
