/** Dialogs of the model list: limits of a model, adding one by hand. */
import { useState } from "preact/hooks";
import { describeError } from "../../lib/api/errors";
import type { Model } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { models } from "../../lib/state/models";
import { providers } from "../../lib/state/providers";
import { Button, Dialog, ErrorState, Field, Input, Select } from "../../lib/ui";

/** A whole number above zero, null for an empty field, undefined for anything else. */
export function readLimit(text: string): number | null | undefined {
  const plain = text.replace(/[\s,.']/g, "");
  if (plain === "") return null;
  return /^\d{1,9}$/.test(plain) && Number(plain) > 0 ? Number(plain) : undefined;
}

interface LimitProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

function LimitField({ label, hint, value, onValue }: LimitProps) {
  const error = readLimit(value) === undefined ? t("settings.number_needed") : null;
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => <Input {...control} inputMode="numeric" autocomplete="off" value={value} onValue={onValue} />}
    </Field>
  );
}

function useSaving(onClose: () => void) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const save = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
      onClose();
    } catch (error) {
      setProblem(describeError(error));
      setBusy(false);
    }
  };
  return { busy, problem, save };
}

const textOf = (value: number | null): string => (value === null ? "" : String(value));

export function LimitsDialog({ model, onClose }: { readonly model: Model; readonly onClose: () => void }) {
  const [context, setContext] = useState(textOf(model.context_window));
  const [output, setOutput] = useState(textOf(model.max_output));
  const { busy, problem, save } = useSaving(onClose);
  const submit = (): void => {
    const context_window = readLimit(context);
    const max_output = readLimit(output);
    if (context_window === undefined || max_output === undefined) return;
    void save(() => models.update(model.id, { context_window, max_output }));
  };
  return (
    <Dialog title={t("settings.models_edit_title", { name: model.name })} size="sm" onClose={onClose}>
      <form class="settings-form" onSubmit={(event) => (event.preventDefault(), submit())}>
        <LimitField label={t("settings.models_context")} hint={t("settings.models_context_hint")} value={context} onValue={setContext} />
        <LimitField label={t("settings.models_max_output")} value={output} onValue={setOutput} />
        {problem && <ErrorState title={t("settings.save_failed")} detail={problem} />}
        <div class="settings-buttons">
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button type="submit" kind="primary" busy={busy}>
            {t("ui.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export function AddModelDialog({ onClose }: { readonly onClose: () => void }) {
  const options = providers.items.value.map((one) => ({ value: one.id, label: one.name }));
  const [provider, setProvider] = useState(options[0]?.value ?? "");
  const [name, setName] = useState("");
  const [context, setContext] = useState("");
  const { busy, problem, save } = useSaving(onClose);
  const submit = (): void => {
    const context_window = readLimit(context);
    if (context_window === undefined || !name.trim() || !provider) return;
    void save(() => models.add({ provider_id: provider, name: name.trim(), ...(context_window === null ? {} : { context_window }) }));
  };
  return (
    <Dialog title={t("settings.models_add_title")} size="sm" onClose={onClose}>
      <form class="settings-form" onSubmit={(event) => (event.preventDefault(), submit())}>
        <Field label={t("settings.models_provider")}>{(control) => <Select {...control} value={provider} options={options} onValue={setProvider} />}</Field>
        <Field label={t("settings.models_add_name")} hint={t("settings.models_add_name_hint")}>
          {(control) => <Input {...control} required autocomplete="off" spellcheck={false} value={name} onValue={setName} />}
        </Field>
        <LimitField label={t("settings.models_context")} hint={t("settings.models_context_hint")} value={context} onValue={setContext} />
        {problem && <ErrorState title={t("settings.save_failed")} detail={problem} />}
        <div class="settings-buttons">
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={!name.trim()}>
            {t("ui.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
