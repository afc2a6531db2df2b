/** The user's settings: shown at once, saved behind, rolled back when the server refuses. */
import { computed, signal } from "@preact/signals";
import { api } from "../api/client";
import type { Settings, SettingsPatch } from "../api/types";
import { boot } from "./boot";

const settings = signal<Settings>(boot.settings);
let waiting = 0;

/** Changes some settings. Throws ApiError after taking the change back. */
async function patch(change: SettingsPatch): Promise<void> {
  const before = settings.value;
  settings.value = { ...before, ...change };
  waiting += 1;
  try {
    const saved = await api.patch<Settings>("/settings", change);
    if (waiting === 1) settings.value = saved;
  } catch (error) {
    settings.value = before;
    throw error;
  } finally {
    waiting -= 1;
  }
}

async function load(): Promise<void> {
  settings.value = await api.get<Settings>("/settings");
}

/** Takes over settings changed elsewhere (event `settings_changed`). */
function receive(next: Settings): void {
  if (waiting === 0 && next.version >= settings.value.version) settings.value = next;
}

export const prefs = {
  settings,
  sendKey: computed(() => settings.value.send_key),
  defaultModel: computed(() => settings.value.default_model),
  patch,
  load,
  receive,
};
