/** A drawn icon. It is decoration: the label belongs to the control around it. */
import { icons, type IconName } from "./icons";

const MIRRORED: ReadonlySet<IconName> = new Set(["chevron-left", "chevron-right", "undo", "external", "panel", "wrap"]);

export interface IconProps {
  readonly name: IconName;
  /** Pixels; 20 when absent. */
  readonly size?: 14 | 16 | 18 | 20 | 24;
  readonly class?: string;
}

export function Icon({ name, size = 20, class: extra = "" }: IconProps) {
  return (
    <svg
      class={`ui-icon ${MIRRORED.has(name) ? "ui-icon-mirror" : ""} ${name === "stop" ? "ui-icon-solid" : ""} ${extra}`}
      width={size}
      height={size}
      viewBox="0 0 20 20"
      aria-hidden="true"
      focusable="false"
    >
      <path d={icons[name]} />
    </svg>
  );
}
