/** One system setting, as its kind wants it. */
import { useState } from "preact/hooks";
import { locale, t } from "../../../lib/i18n";
import { Field, Input, Select, Switch, TextArea } from "../../../lib/ui";
import type { SystemSetting, Value } from "../model";
import { choiceOf, hintOf, labelOf, linesOf, same, wordsOf } from "./values";

export interface SettingFieldProps {
  readonly setting: SystemSetting;
  readonly value: Value;
  readonly problem: string | undefined;
  readonly isLocked: boolean;
  readonly onValue: (value: Value) => void;
}

function hintFor({ setting, value, isLocked }: SettingFieldProps): string {
  const words = [hintOf(setting.key)];
  if (!same(value, setting.default)) words.push(t("admin.default_is", { value: wordsOf(setting.key, setting.default) }));
  if (isLocked) words.push(t("admin.owner_only"));
  return words.filter(Boolean).join(locale.value === "en" ? " " : "");
}

/** Lines while they are typed; the value is the list of those that are not empty. */
function Lines({ lines, onLines, ...control }: { readonly lines: readonly string[]; readonly onLines: (lines: readonly string[]) => void }) {
  const [text, setText] = useState(lines.join("\n"));
  const shown = same(linesOf(text), lines) ? text : lines.join("\n");
  const change = (next: string): void => {
    setText(next);
    onLines(linesOf(next));
  };
  return <TextArea {...control} class="settings-narrow" rows={3} spellcheck={false} value={shown} onValue={change} />;
}

function SwitchField(props: SettingFieldProps) {
  const { setting, value, isLocked, onValue, problem } = props;
  const id = `site-${setting.key}-hint`;
  return (
    <div class="settings-switch">
      <Switch checked={value === true} disabled={isLocked} label={labelOf(setting)} describedBy={id} onChange={onValue} />
      <p class="ui-hint" id={id}>
        {hintFor(props)}
      </p>
      {problem && (
        <p class="ui-field-error" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

export function SettingField(props: SettingFieldProps) {
  const { setting, value, problem, isLocked, onValue } = props;
  if (setting.kind === "switch") return <SwitchField {...props} />;
  const numberOf = (text: string): Value => (/^\d+$/.test(text.trim()) ? Number(text) : text);
  return (
    <Field label={labelOf(setting)} hint={hintFor(props)} error={problem}>
      {(given) => {
        const control = { ...given, disabled: isLocked, "data-key": setting.key };
        if (setting.kind === "choice") {
          const options = (setting.choices ?? []).map((choice) => ({ value: choice, label: choiceOf(setting.key, choice) }));
          return <Select {...control} class="settings-narrow" value={String(value)} options={options} onValue={onValue} />;
        }
        if (setting.kind === "list") return <Lines {...control} lines={Array.isArray(value) ? value : []} onLines={onValue} />;
        if (setting.kind === "number") return <Input {...control} class="admin-number" inputMode="numeric" autocomplete="off" value={String(value)} onValue={(text) => onValue(numberOf(text))} />;
        return <Input {...control} class="settings-narrow" autocomplete="off" value={String(value)} onValue={onValue} />;
      }}
    </Field>
  );
}
