/** A range with its number beside it; empty means "the provider's default". */
import { useId } from "preact/hooks";
import { t } from "../i18n";
import { IconButton } from "./IconButton";

export interface SliderProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: number | null;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** Where the thumb rests while the value is null. */
  readonly rest: number;
  readonly onChange: (value: number | null) => void;
}

/** The number in `text`, kept within the range; null when it is empty or no number. */
export function readNumber(text: string, min: number, max: number): number | null {
  if (text.trim() === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : null;
}

export function Slider({ label, hint, value, min, max, step, rest, onChange }: SliderProps) {
  const id = useId();
  return (
    <div class="ui-slider">
      <div class="ui-slider-head">
        <label class="ui-label" for={id}>
          {label}
        </label>
        <input
          class="ui-input ui-slider-number"
          type="number"
          inputMode="decimal"
          aria-label={label}
          min={min}
          max={max}
          step={step}
          value={value ?? ""}
          placeholder={t("ui.default")}
          onChange={(event) => onChange(readNumber(event.currentTarget.value, min, max))}
        />
        <IconButton icon="x" size="sm" label={`${t("ui.clear")}: ${label}`} disabled={value === null} onClick={() => onChange(null)} />
      </div>
      <input
        id={id}
        class={`ui-slider-range ${value === null ? "ui-slider-unset" : ""}`}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value ?? rest}
        aria-valuetext={value === null ? t("ui.default") : String(value)}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
      {hint && <p class="ui-hint">{hint}</p>}
    </div>
  );
}
