/** The frame of the ways in: the server's name, one card, nothing else. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { focusHeading } from "../../lib/a11y";
import { hasNavigated, useTitle } from "../../lib/router";
import { boot } from "../../lib/state/boot";

export interface FrameProps {
  readonly title: string;
  readonly lead?: ComponentChildren;
  readonly children?: ComponentChildren;
  /** Below the card: other ways to go. */
  readonly foot?: ComponentChildren;
}

/** Fields are where people want to be; what has none starts at its heading. */
function arrive(): void {
  const field = document.querySelector<HTMLElement>("main [data-autofocus]");
  if (field) field.focus();
  else if (hasNavigated.peek()) focusHeading();
}

export function Frame({ title, lead, children, foot }: FrameProps) {
  useTitle(title);
  useLayoutEffect(arrive, [title]);
  return (
    <div class="auth">
      <p class="auth-brand">{boot.site.name}</p>
      <main class="auth-card" tabIndex={-1}>
        <h1 tabIndex={-1}>{title}</h1>
        {lead && <p class="auth-lead">{lead}</p>}
        {children}
      </main>
      {foot && <div class="auth-foot">{foot}</div>}
    </div>
  );
}
