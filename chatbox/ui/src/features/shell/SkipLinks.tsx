/** The first stops of the Tab key. */
import { t } from "../../lib/i18n";
import { focusable } from "../../lib/a11y";
import { showSidebar } from "./layout";

const focusFirst = (selector: string): void => document.querySelector<HTMLElement>(selector)?.focus();

function toSidebar(): void {
  showSidebar(true);
  requestAnimationFrame(() => {
    const side = document.querySelector("[data-sidebar]");
    if (side) focusable(side)[0]?.focus();
  });
}

export function SkipLinks() {
  return (
    <nav class="shell-skips" aria-label={t("shell.skip_links")}>
      <button type="button" onClick={() => focusFirst("main")}>
        {t("shell.skip_to_content")}
      </button>
      <button type="button" onClick={() => focusFirst("main textarea")}>
        {t("shell.skip_to_composer")}
      </button>
      <button type="button" onClick={toSidebar}>
        {t("shell.skip_to_sessions")}
      </button>
    </nav>
  );
}
