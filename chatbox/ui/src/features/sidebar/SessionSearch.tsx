/** Finds sessions by title. Typing through an input method searches only what is committed. */
import { useEffect, useRef } from "preact/hooks";
import { isEnter } from "../../lib/a11y";
import { describeError } from "../../lib/api/errors";
import { t } from "../../lib/i18n";
import { navigate } from "../../lib/router";
import { sessions } from "../../lib/state/sessions";
import { toasts } from "../../lib/state/toasts";
import { Icon, IconButton } from "../../lib/ui";

const DEBOUNCE_MS = 150;

export function SessionSearch() {
  const timer = useRef(0);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => () => clearTimeout(timer.current), []);
  const search = (text: string, delay = DEBOUNCE_MS): void => {
    clearTimeout(timer.current);
    const run = (): void => {
      sessions.search(text).catch((error: unknown) => toasts.show({ kind: "error", text: describeError(error) }));
    };
    if (text.trim() === "") run();
    else timer.current = window.setTimeout(run, delay);
  };
  const clear = (): void => {
    if (field.current) field.current.value = "";
    search("");
    field.current?.focus();
  };
  return (
    <div class="side-search" role="search" aria-label={t("sidebar.search")}>
      <Icon name="search" size={16} />
      <input
        ref={field}
        class="side-search-input"
        type="text"
        data-session-search=""
        aria-label={t("sidebar.search")}
        placeholder={t("sidebar.search")}
        autocomplete="off"
        spellcheck={false}
        enterKeyHint="search"
        defaultValue={sessions.query.peek()}
        onInput={(event) => {
          if (!event.isComposing) search(event.currentTarget.value);
        }}
        onCompositionEnd={(event) => search(event.currentTarget.value)}
        onKeyDown={(event) => {
          const first = sessions.results.peek()?.[0];
          if (event.key === "Escape" && event.currentTarget.value) clear();
          else if (event.key === "ArrowDown") document.querySelector<HTMLElement>(".side-list [data-session]")?.focus();
          else if (isEnter(event) && first) navigate(`/c/${first.id}`);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {sessions.query.value && <IconButton icon="x" size="sm" label={t("ui.clear")} tip={null} onClick={clear} />}
    </div>
  );
}
