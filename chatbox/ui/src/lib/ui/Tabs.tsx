/** Tabs with arrow keys; the panel is rendered by the caller with `tabPanelProps`. */
import { moveFocus } from "../a11y/roving";

export interface TabsProps<T extends string> {
  readonly id: string;
  readonly label: string;
  readonly tabs: readonly { readonly value: T; readonly label: string }[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

/** Attributes of the panel that belongs to a tab. */
export const tabPanelProps = (id: string, value: string) => ({
  role: "tabpanel" as const,
  id: `${id}-panel-${value}`,
  "aria-labelledby": `${id}-tab-${value}`,
});

export function Tabs<T extends string>({ id, label, tabs, value, onChange }: TabsProps<T>) {
  return (
    <div
      class="ui-tabs"
      role="tablist"
      aria-label={label}
      onKeyDown={(event) => moveFocus(event.currentTarget, event, { items: '[role="tab"]', orientation: "horizontal" })?.click()}
    >
      {tabs.map((tab) => (
        <button
          type="button"
          role="tab"
          class="ui-tab"
          key={tab.value}
          id={`${id}-tab-${tab.value}`}
          aria-selected={tab.value === value}
          aria-controls={tab.value === value ? `${id}-panel-${tab.value}` : undefined}
          tabIndex={tab.value === value ? 0 : -1}
          onClick={() => onChange(tab.value)}
        >
          {tab.label}
        </button>
      ))}
    </div>
  );
}
