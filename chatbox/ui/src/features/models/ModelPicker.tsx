/**
 * The model of a session, as a button with its list: a popover, or a sheet on phones. The same box
 * leads to the parameters.
 */
import { useRef, useState } from "preact/hooks";
import type { Params } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { lazy, navigate } from "../../lib/router";
import { models } from "../../lib/state/models";
import { Button, EmptyState, Icon, Popover, SearchList, type Placement } from "../../lib/ui";
import { choicesFor, type Choice } from "./choices";
import { ModelRow } from "./ModelRow";
import { countSet } from "./params";
import { noteRecent, recent } from "./recent";

const ParamsPanel = lazy(async () => (await import("./ParamsPanel")).ParamsPanel);

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

interface PanelProps extends ModelPickerProps {
  readonly onClose: () => void;
}

function NoModels({ onClose }: { readonly onClose: () => void }) {
  return (
    <EmptyState icon="server" title={t("models.none")} text={t("models.none_text")}>
      <Button
        kind="primary"
        onClick={() => {
          onClose();
          navigate("/setup");
        }}
      >
        {t("models.connect")}
      </Button>
    </EmptyState>
  );
}

function Panel(props: PanelProps) {
  const [query, setQuery] = useState("");
  const [showsParams, setShowsParams] = useState(false);
  const items = choicesFor(models.items.value, query, recent.value, t("models.recent"));
  const current = props.value ?? models.preferred.value?.id ?? null;
  if (showsParams) return <ParamsPanel {...props} onBack={() => setShowsParams(false)} />;
  if (models.loaded.value && models.items.value.length === 0) return <NoModels onClose={props.onClose} />;
  const pick = (choice: Choice): void => {
    noteRecent(choice.model.id);
    props.onChange(choice.model.id);
    props.onClose();
  };
  const set = countSet(props.params, props.systemPrompt);
  return (
    <div class="model-panel">
      <SearchList
        label={t("models.choose")}
        placeholder={t("models.search")}
        query={query}
        onQuery={setQuery}
        items={items}
        keyOf={(choice) => choice.key}
        groupOf={(choice) => choice.group}
        selected={current}
        isDisabled={(choice) => !choice.model.available}
        render={(choice) => <ModelRow model={choice.model} isSelected={choice.model.id === current} />}
        onPick={pick}
      />
      {props.scope === "session" && <p class="model-note">{t("models.next_message")}</p>}
      <div class="model-foot">
        <Button kind="quiet" size="sm" icon="sliders" onClick={() => setShowsParams(true)}>
          {set > 0 ? t("models.parameters_set", { n: set }) : t("models.parameters")}
        </Button>
        <Button
          kind="quiet"
          size="sm"
          onClick={() => {
            props.onClose();
            navigate("/settings/models");
          }}
        >
          {t("models.manage")}
        </Button>
      </div>
    </div>
  );
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
        onClick={() => setOpen(!isOpen)}
      >
        {isGone && <Icon name="warn" size={16} />}
        <span class="model-chip-name">{nameOf(id)}</span>
        {set > 0 && <Icon name="sliders" size={14} />}
        <Icon name="chevron-down" size={14} />
      </button>
      {isOpen && (
        <Popover anchor={anchor} onClose={() => setOpen(false)} label={t("models.choose")} placement={props.placement ?? "top-start"} sheetOnPhone class="model-popover">
          <Panel {...props} onClose={() => setOpen(false)} />
        </Popover>
      )}
    </>
  );
}
