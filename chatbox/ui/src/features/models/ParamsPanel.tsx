/** Parameters and system prompt. Changes are handed over shortly after the last one, and on leaving. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Params } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { Button, Field, IconButton, Input, readNumber, Select, Slider, TextArea } from "../../lib/ui";
import type { ModelPickerProps } from "./ModelPicker";
import { compact, countSet, readStops, writeStops } from "./params";

const PAUSE_MS = 400;
const EFFORTS = ["", "minimal", "low", "medium", "high"] as const;
const EFFORT_KEYS = { "": "ui.default", minimal: "models.effort_minimal", low: "models.effort_low", medium: "models.effort_medium", high: "models.effort_high" } as const;

/** Keeps a local copy and hands the newest one over after a pause. */
function useDelayed<T>(value: T, hand: (value: T) => void): [T, (value: T) => void] {
  const [local, setLocal] = useState(value);
  const pending = useRef<{ value: T } | null>(null);
  const timer = useRef(0);
  const latest = useRef(hand);
  latest.current = hand;
  const flush = (): void => {
    clearTimeout(timer.current);
    const waiting = pending.current;
    pending.current = null;
    if (waiting) latest.current(waiting.value);
  };
  useEffect(() => flush, []);
  return [
    local,
    (next) => {
      setLocal(next);
      pending.current = { value: next };
      clearTimeout(timer.current);
      timer.current = window.setTimeout(flush, PAUSE_MS);
    },
  ];
}

type Props = Pick<ModelPickerProps, "params" | "onParams" | "systemPrompt" | "onSystemPrompt" | "scope"> & { readonly onBack: () => void };

export function ParamsPanel({ params, onParams, systemPrompt, onSystemPrompt, scope, onBack }: Props) {
  const [now, setNow] = useDelayed<Params>(params, onParams);
  const [prompt, setPrompt] = useDelayed(systemPrompt, onSystemPrompt);
  const [stops, setStops] = useState(writeStops(params.stop));
  const set = (change: Params): void => setNow(compact({ ...now, ...change }));
  const reset = (): void => {
    setNow({});
    setPrompt("");
    setStops("");
  };
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => root.current?.querySelector("button")?.focus(), []);
  const effort = EFFORTS.find((one) => one === now.reasoning_effort) ?? "";
  return (
    <div class="params" ref={root}>
      <header class="params-head">
        <IconButton icon="chevron-left" label={t("ui.back")} tip={null} onClick={onBack} data-autofocus="" />
        <h3>{t("models.parameters_title")}</h3>
        <Button kind="quiet" size="sm" disabled={countSet(now, prompt) === 0} onClick={reset}>
          {t("models.reset")}
        </Button>
      </header>
      <div class="params-body">
        <Field label={t("models.system_prompt")} hint={scope === "session" ? t("models.next_message") : undefined}>
          {(control) => <TextArea {...control} rows={4} value={prompt} placeholder={t("models.system_prompt_placeholder")} onValue={setPrompt} />}
        </Field>
        <Slider label={t("models.temperature")} hint={t("models.temperature_hint")} min={0} max={2} step={0.1} rest={1} value={now.temperature ?? null} onChange={(value) => set({ temperature: value })} />
        <Slider label={t("models.top_p")} hint={t("models.top_p_hint")} min={0} max={1} step={0.05} rest={1} value={now.top_p ?? null} onChange={(value) => set({ top_p: value })} />
        <div class="params-pair">
          <Field label={t("models.max_tokens")}>
            {(control) => (
              <Input
                {...control}
                inputMode="numeric"
                placeholder={t("ui.default")}
                value={now.max_tokens ? String(now.max_tokens) : ""}
                onValue={(text) => {
                  const value = readNumber(text.replace(/\D/g, ""), 1, 10_000_000);
                  set({ max_tokens: value });
                }}
              />
            )}
          </Field>
          <Field label={t("models.effort")}>
            {(control) => (
              <Select
                {...control}
                value={effort}
                options={EFFORTS.map((value) => ({ value, label: t(EFFORT_KEYS[value]) }))}
                onValue={(value) => set({ reasoning_effort: value || null })}
              />
            )}
          </Field>
        </div>
        <Field label={t("models.stop")} hint={t("models.stop_hint")}>
          {(control) => (
            <TextArea
              {...control}
              rows={2}
              class="params-stops"
              value={stops}
              onValue={(text) => {
                setStops(text);
                set({ stop: readStops(text) });
              }}
            />
          )}
        </Field>
      </div>
    </div>
  );
}
