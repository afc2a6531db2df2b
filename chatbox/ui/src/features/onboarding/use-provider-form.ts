/** State of the provider form: what is typed, what is wrong with it, saving and testing. */
import { useState } from "preact/hooks";
import { ApiError } from "../../lib/api/client";
import { describeCode, describeError } from "../../lib/api/errors";
import type { Provider, ProviderPatch } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { providers } from "../../lib/state/providers";
import { CUSTOM, freeName, isSameOrigin, isUsableUrl, PRESETS, type Preset } from "./presets";

export interface Values {
  readonly preset: string;
  readonly name: string;
  readonly url: string;
  readonly secret: string;
  readonly dropSecret: boolean;
}

export type Problems = Partial<Record<"name" | "url" | "secret" | "form", string>>;

const presetOf = (id: string): Preset => PRESETS.find((one) => one.id === id) ?? (PRESETS[PRESETS.length - 1] as Preset);

function firstValues(provider: Provider | null): Values {
  if (provider) return { preset: CUSTOM, name: provider.name, url: provider.base_url, secret: "", dropSecret: false };
  const preset = PRESETS[0] as Preset;
  return valuesFor(preset);
}

function valuesFor(preset: Preset): Values {
  const taken = providers.items.peek().map((one) => one.name);
  return { preset: preset.id, name: freeName(preset.name, taken), url: preset.baseUrl, secret: "", dropSecret: false };
}

function check(values: Values): Problems {
  const problems: Problems = {};
  if (!values.name.trim()) problems.name = t("settings.field_name_needed");
  if (!isUsableUrl(values.url)) problems.url = t("settings.field_url_needed");
  return problems;
}

const FIELDS = { name: "name", base_url: "url", secret: "secret" } as const;

function problemsOf(error: unknown): Problems {
  const problems: Problems = {};
  if (error instanceof ApiError) {
    for (const { field, detail } of error.fields) {
      const known = FIELDS[field as keyof typeof FIELDS];
      if (known) problems[known] = detail;
    }
    if (error.code === "name_taken") problems.name = describeError(error);
    if (error.code === "secret_required") problems.secret = t("settings.field_key_again");
  }
  return Object.keys(problems).length > 0 ? problems : { form: describeError(error) };
}

async function save(target: Provider | null, values: Values): Promise<Provider> {
  const name = values.name.trim();
  const base_url = values.url.trim();
  const secret = values.secret.trim();
  if (!target) return providers.create({ name, base_url, kind: "openai", ...(secret ? { secret } : {}) });
  const change: ProviderPatch = {};
  if (name !== target.name) change.name = name;
  if (base_url !== target.base_url) change.base_url = base_url;
  if (secret) change.secret = secret;
  else if (values.dropSecret) change.secret = null;
  return providers.update(target.id, change);
}

/** Why the saved provider does not work, or null when it does. */
async function failureOf(saved: Provider, isNew: boolean): Promise<string | null> {
  if (isNew) {
    const { state, code, detail } = saved.status;
    return state === "failed" ? describeCode(code ?? "", detail ?? "") : null;
  }
  const result = await providers.test(saved.id);
  void providers.load().catch(() => undefined);
  return result.ok ? null : describeCode(result.code ?? "", result.detail);
}

/** `onDone` runs when the provider is saved and answers. */
export function useProviderForm(provider: Provider | null, onDone: (saved: Provider) => void) {
  const [target, setTarget] = useState<Provider | null>(provider);
  const [values, setValues] = useState<Values>(() => firstValues(provider));
  const [problems, setProblems] = useState<Problems>({});
  const [busy, setBusy] = useState(false);
  const change = (part: Partial<Values>): void => setValues((now) => ({ ...now, ...part }));

  const submit = async (): Promise<void> => {
    const found = check(values);
    setProblems(found);
    if (busy || Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      const saved = await save(target, values);
      const failure = await failureOf(saved, target === null);
      setTarget(saved);
      change({ secret: "", dropSecret: false });
      if (failure === null) onDone(saved);
      else setProblems({ form: failure });
    } catch (error) {
      setProblems(problemsOf(error));
    } finally {
      setBusy(false);
    }
  };

  const preset = presetOf(values.preset);
  return {
    target,
    values,
    problems,
    busy,
    preset,
    change,
    submit,
    choosePreset: (id: string): void => {
      setProblems({});
      setValues(valuesFor(presetOf(id)));
    },
    losesKey: target !== null && target.has_secret && !values.secret && isUsableUrl(values.url) && !isSameOrigin(values.url, target.base_url),
  };
}
