/** One sentence that says what is not there, and the action that changes it. */
import type { ComponentChildren } from "preact";
import { Icon } from "./Icon";
import type { IconName } from "./icons";

export interface EmptyStateProps {
  readonly icon?: IconName;
  readonly title: string;
  readonly text?: ComponentChildren;
  readonly children?: ComponentChildren;
}

export function EmptyState({ icon, title, text, children }: EmptyStateProps) {
  return (
    <div class="ui-empty">
      {icon && <Icon name={icon} size={24} />}
      <p class="ui-empty-title">{title}</p>
      {text && <p class="ui-empty-text">{text}</p>}
      {children && <div class="ui-empty-actions">{children}</div>}
    </div>
  );
}
