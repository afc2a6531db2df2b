/** Ctrl or ⌘ and K: everything the product does, by name. */
import "./palette.css";
import { useEffect, useState } from "preact/hooks";
import { api } from "../../lib/api/client";
import type { Page, Session } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { models } from "../../lib/state/models";
import { Dialog, Icon, Kbd, SearchList } from "../../lib/ui";
import { commandsFor, type Command } from "./commands";

const DEBOUNCE_MS = 150;
const LIMIT = 12;

/** Sessions by title from the server; what fails is left out, the loaded ones are found anyway. */
function useFoundSessions(query: string): readonly Session[] {
  const [found, setFound] = useState<readonly Session[]>([]);
  useEffect(() => {
    if (query.trim().length < 2) {
      setFound([]);
      return undefined;
    }
    const gone = new AbortController();
    const timer = setTimeout(() => {
      api.get<Page<Session>>("/sessions", { query: { q: query.trim(), limit: LIMIT }, signal: gone.signal }).then(
        (page) => setFound(page.items),
        () => undefined,
      );
    }, DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [query]);
  return found;
}

export function CommandPalette({ onClose }: { readonly onClose: () => void }) {
  const [query, setQuery] = useState("");
  const found = useFoundSessions(query);
  const items = commandsFor(query, found, models.usable.value);
  const pick = (command: Command): void => {
    onClose();
    // After the dialog has given the focus back, so that the command may move it on.
    requestAnimationFrame(command.run);
  };
  return (
    <Dialog title={t("palette.title")} look="palette" hideTitle onClose={onClose}>
      <SearchList
        label={t("palette.title")}
        placeholder={t("palette.placeholder")}
        query={query}
        onQuery={setQuery}
        items={items}
        keyOf={(command) => command.id}
        groupOf={(command) => command.group}
        onPick={pick}
        render={(command) => (
          <span class="ui-option-row">
            {command.icon && <Icon name={command.icon} size={18} class="palette-icon" />}
            <span class="ui-option-text">{command.label}</span>
            {command.hint && <span class="ui-option-hint">{command.hint}</span>}
            {command.keys && <Kbd keys={command.keys} />}
          </span>
        )}
      />
    </Dialog>
  );
}
