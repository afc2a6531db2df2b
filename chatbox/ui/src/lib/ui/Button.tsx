/** A button with words. One primary button per view. */
import type { ComponentChildren, JSX } from "preact";
import { Icon } from "./Icon";
import type { IconName } from "./icons";
import { Spinner } from "./Spinner";

type Native = Omit<JSX.IntrinsicElements["button"], "icon" | "size">;

export interface ButtonProps extends Native {
  readonly kind?: "primary" | "secondary" | "quiet" | "danger";
  readonly size?: "sm" | "md" | "lg";
  readonly icon?: IconName | undefined;
  /** Work under way: a spinner shows, the name stays, and clicks do nothing. */
  readonly busy?: boolean | undefined;
  readonly children?: ComponentChildren;
}

export function Button({ kind = "secondary", size = "md", icon, busy, class: extra, children, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      class={`ui-button ui-button-${kind} ui-size-${size} ${typeof extra === "string" ? extra : ""}`}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {busy ? <Spinner /> : icon && <Icon name={icon} size={size === "sm" ? 16 : 18} />}
      <span class="ui-button-text">{children}</span>
    </button>
  );
}
