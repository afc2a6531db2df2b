/** A small word with a shape; the colour only repeats what the word says. */
import type { ComponentChildren } from "preact";
import { Icon } from "./Icon";
import type { IconName } from "./icons";

export type Tone = "neutral" | "accent" | "ok" | "warn" | "danger" | "info";

export interface BadgeProps {
  readonly tone?: Tone;
  readonly icon?: IconName;
  readonly children: ComponentChildren;
}

export function Badge({ tone = "neutral", icon, children }: BadgeProps) {
  return (
    <span class={`ui-badge ui-tone-${tone}`}>
      {icon && <Icon name={icon} size={14} />}
      {children}
    </span>
  );
}
