/** A sentence across the page about its state: offline, demo model, something to finish. */
import type { ComponentChildren } from "preact";
import { Icon } from "./Icon";
import type { IconName } from "./icons";
import type { Tone } from "./Badge";

const ICONS: Readonly<Record<Tone, IconName>> = {
  neutral: "info", accent: "info", info: "info", ok: "check", warn: "warn", danger: "alert",
};

export interface BannerProps {
  readonly tone?: Tone;
  readonly icon?: IconName;
  readonly children: ComponentChildren;
  readonly actions?: ComponentChildren;
  /** Announced at once when it appears. */
  readonly live?: boolean;
}

export function Banner({ tone = "info", icon, children, actions, live }: BannerProps) {
  return (
    <div class={`ui-banner ui-tone-${tone}`} role={live ? "status" : undefined}>
      <Icon name={icon ?? ICONS[tone]} size={18} />
      <div class="ui-banner-text">{children}</div>
      {actions && <div class="ui-banner-actions">{actions}</div>}
    </div>
  );
}
