/** Adds or changes a provider. Saving tests it; a provider that fails is kept and can be corrected. */
import "./onboarding.css";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Provider } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { Button, Checkbox, ErrorState, Field, IconButton, Input, Select, type ControlProps } from "../../lib/ui";
import { PRESETS } from "./presets";
import { useProviderForm } from "./use-provider-form";

export interface ProviderFormProps {
  readonly provider: Provider | null;
  readonly onDone: (saved: Provider) => void;
  /** Further buttons beside "Save and test". */
  readonly actions?: ComponentChildren;
}

interface SecretProps {
  readonly control: ControlProps;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

function SecretInput({ control, value, onValue }: SecretProps) {
  const [shown, setShown] = useState(false);
  return (
    <span class="setup-secret">
      <Input {...control} type={shown ? "text" : "password"} autocomplete="off" spellcheck={false} value={value} onValue={onValue} placeholder="sk-…" />
      <IconButton icon={shown ? "eye-off" : "eye"} size="sm" label={shown ? t("ui.hideSecret") : t("ui.showSecret")} pressed={shown} onClick={() => setShown(!shown)} />
    </span>
  );
}

function keyHint(target: Provider | null, needsKey: boolean, keyPage: string | undefined, label: string): ComponentChildren {
  if (target?.has_secret) return t("settings.field_key_keep", { hint: target.secret_hint ?? "" });
  if (!keyPage) return needsKey ? t("settings.field_key_hint") : t("settings.field_key_optional");
  return (
    <>
      {t("settings.field_key_hint")}{" "}
      <a href={keyPage} target="_blank" rel="noopener noreferrer">
        {t("settings.field_key_get", { name: label })}
      </a>
    </>
  );
}

export function ProviderForm({ provider, onDone, actions }: ProviderFormProps) {
  const form = useProviderForm(provider, onDone);
  const { values, problems, change, preset, target } = form;
  const options = PRESETS.map((one) => ({ value: one.id, label: one.label || t("settings.preset_custom") }));
  return (
    <form
      class="setup-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void form.submit();
      }}
    >
      {!provider && (
        <Field label={t("settings.field_kind")}>{(control) => <Select {...control} value={values.preset} options={options} disabled={target !== null} onValue={form.choosePreset} />}</Field>
      )}
      <Field label={target?.has_secret ? t("settings.field_key_new") : t("settings.field_key")} hint={keyHint(target, preset.needsKey, preset.keyPage, preset.label)} error={problems.secret ?? (form.losesKey ? t("settings.field_key_again") : null)}>
        {(control) => <SecretInput control={control} value={values.secret} onValue={(secret) => change({ secret })} />}
      </Field>
      {(target?.has_secret || target?.secret_hint != null) && (
        <Checkbox checked={values.dropSecret} disabled={values.secret !== ""} onChange={(dropSecret) => change({ dropSecret })}>
          {t("settings.field_key_remove")}
        </Checkbox>
      )}
      <Field label={t("settings.field_url")} hint={t("settings.field_url_hint")} error={problems.url}>
        {(control) => <Input {...control} type="url" inputMode="url" autocomplete="off" spellcheck={false} placeholder="https://…/v1" value={values.url} onValue={(url) => change({ url })} />}
      </Field>
      <Field label={t("settings.field_name")} hint={t("settings.field_name_hint", { name: values.name || "…" })} error={problems.name}>
        {(control) => <Input {...control} autocomplete="off" maxLength={64} spellcheck={false} value={values.name} onValue={(name) => change({ name })} />}
      </Field>
      {problems.form && <ErrorState title={target ? t("settings.connected_failed", { name: target.name }) : t("settings.save_failed")} detail={problems.form} />}
      <div class="setup-actions">
        <Button type="submit" kind="primary" busy={form.busy}>
          {form.busy ? t("settings.test_running") : t("settings.save_and_test")}
        </Button>
        {actions}
      </div>
    </form>
  );
}
