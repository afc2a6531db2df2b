/** A button that is only an icon: the label is heard, and shown as a tooltip. */
import type { JSX } from "preact";
import { Icon } from "./Icon";
import type { IconName } from "./icons";
import { Spinner } from "./Spinner";

export interface IconButtonProps extends Omit<JSX.IntrinsicElements["button"], "label" | "size" | "icon"> {
  readonly icon: IconName;
  readonly label: string;
  readonly size?: "sm" | "md" | "lg";
  readonly pressed?: boolean | undefined;
  readonly busy?: boolean | undefined;
  /** Tooltip text when it says more than the label; null for none. */
  readonly tip?: string | null;
}

export function IconButton({ icon, label, size = "md", pressed, busy, tip, class: extra, ...rest }: IconButtonProps) {
  const shown = tip === null ? undefined : (tip ?? label);
  return (
    <button
      type="button"
      {...rest}
      class={`ui-iconbutton ui-size-${size} ${typeof extra === "string" ? extra : ""}`}
      aria-label={label}
      aria-pressed={pressed}
      aria-busy={busy || undefined}
      data-tip={shown}
    >
      {busy ? <Spinner /> : <Icon name={icon} size={size === "sm" ? 18 : 20} />}
    </button>
  );
}
