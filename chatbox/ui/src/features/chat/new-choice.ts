/** What the next new chat will use: model, parameters, system prompt. Lasts until it is started. */
import { computed, signal } from "@preact/signals";
import type { Params } from "../../lib/api/types";
import { models } from "../../lib/state/models";
import type { NewSession } from "../../lib/state/session-actions";

const chosen = signal<string | null>(null);
const params = signal<Params>({});
const systemPrompt = signal("");

const model = computed(() => chosen.value ?? models.preferred.value?.id ?? null);

function take(): NewSession {
  const choice: NewSession = {};
  if (model.value !== null) choice.model = model.value;
  if (systemPrompt.value.trim() !== "") choice.system_prompt = systemPrompt.value;
  if (Object.keys(params.value).length > 0) choice.params = params.value;
  chosen.value = null;
  params.value = {};
  systemPrompt.value = "";
  return choice;
}

/** The session that was just started from the composer: the keyboard stays in the composer there. */
let started: string | null = null;

/** True once for the session that was just started. */
function wasJustStarted(id: string | null): boolean {
  const isIt = id !== null && started === id;
  started = null;
  return isIt;
}

export const newChoice = {
  noteStarted: (id: string): void => void (started = id),
  wasJustStarted,
  model,
  params,
  systemPrompt,
  choose: (id: string): void => void (chosen.value = id),
  take,
};
