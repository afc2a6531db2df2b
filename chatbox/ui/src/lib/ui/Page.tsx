/** What the pages of settings and administration are: a title, what it is about, content. */
import type { ComponentChildren } from "preact";

export interface PageProps {
  readonly title: string;
  readonly intro?: ComponentChildren;
  readonly actions?: ComponentChildren;
  /** For tables and charts, which need more room than text. */
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

export function Page({ title, intro, actions, wide, children }: PageProps) {
  return (
    <div class={wide ? "settings-body admin-wide" : "settings-body"}>
      <header class="settings-head">
        <div>
          <h2 data-page-heading="" tabIndex={-1}>
            {title}
          </h2>
          {intro && <p class="settings-intro">{intro}</p>}
        </div>
        {actions && <div class="settings-head-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
