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

export const newChoice = { model, params, systemPrompt, choose: (id: string): void => void (chosen.value = id), take };
