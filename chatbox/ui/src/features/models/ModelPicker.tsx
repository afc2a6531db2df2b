/**
 * The model of a session, as a button with its list: a popover, or a sheet on phones. The same box
 * leads to the parameters.
 */
import { useRef, useState } from "preact/hooks";
import type { Params } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { lazy } from "../../lib/router";
import { models } from "../../lib/state/models";
import { Icon, Popover, type Placement } from "../../lib/ui";
import { countSet } from "./params";

const load = () => import("./PickerPanel");
const PickerPanel = lazy(async () => (await load()).PickerPanel);

/** Fetched when the pointer or the focus comes near, so that opening does not wait. */
const preload = (): void => void load().catch(() => undefined);

export interface ModelPickerProps {
  /** The model's public id; null means the default one. */
  readonly value: string | null;
  readonly onChange: (id: string) => void;
  readonly params: Params;
  readonly onParams: (params: Params) => void;
  readonly systemPrompt: string;
  readonly onSystemPrompt: (text: string) => void;
  /** `new`: a session that does not exist yet. `session`: changes hold from the next message on. */
  readonly scope: "new" | "session";
  readonly placement?: Placement;
}

/** The name shown on the button: the model's own, without the provider. */
function nameOf(id: string | null): string {
  if (id === null) return models.loaded.value ? t("models.choose") : t("ui.loading");
  const known = models.byId.value.get(id);
  return known?.name ?? id.slice(id.indexOf("/") + 1);
}

export function ModelPicker(props: ModelPickerProps) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const id = props.value ?? models.preferred.value?.id ?? null;
  const known = id === null ? undefined : models.byId.value.get(id);
  const isGone = id !== null && models.loaded.value && (!known || !known.enabled || !known.available);
  const set = countSet(props.params, props.systemPrompt);
  return (
    <>
      <button
        type="button"
        ref={anchor}
        class={`model-chip ${isGone ? "model-chip-gone" : ""}`}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        aria-label={t(isGone ? "models.button_gone" : "models.button", { name: nameOf(id) })}
        onPointerEnter={preload}
        onFocus={preload}
        onClick={() => setOpen(!isOpen)}
      >
        {isGone && <Icon name="warn" size={16} />}
        <span class="model-chip-name">{nameOf(id)}</span>
        {set > 0 && <Icon name="sliders" size={14} />}
        <Icon name="chevron-down" size={14} />
      </button>
      {isOpen && (
        <Popover anchor={anchor} onClose={() => setOpen(false)} label={t("models.choose")} placement={props.placement ?? "top-start"} sheetOnPhone class="model-popover">
          <PickerPanel {...props} onClose={() => setOpen(false)} />
        </Popover>
      )}
    </>
  );
}
