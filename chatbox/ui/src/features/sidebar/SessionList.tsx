/** The list itself: groups, keyboard movement, older pages as they come into sight. */
import { useEffect, useRef, useState } from "preact/hooks";
import { moveFocus } from "../../lib/a11y";
import { describeError } from "../../lib/api/errors";
import type { Session } from "../../lib/api/types";
import { formatMonth, t } from "../../lib/i18n";
import { route } from "../../lib/router";
import { drafts } from "../../lib/state/drafts";
import { sessions } from "../../lib/state/sessions";
import { Button } from "../../lib/ui";
import { groupSessions, type Heading, type SessionGroup } from "./group";
import { SessionRow } from "./SessionRow";

const NAMES = { pinned: "sidebar.group_pinned", today: "sidebar.group_today", yesterday: "sidebar.group_yesterday", week: "sidebar.group_week" } as const;

const nameOf = (heading: Heading): string => (typeof heading === "string" ? t(NAMES[heading]) : formatMonth(heading.month));

function useTabStop(items: readonly Session[]): [string | undefined, (id: string | undefined) => void] {
  const current = route.value;
  const [focused, setFocused] = useState<string | undefined>(undefined);
  const openId = current.name === "chat" ? current.sessionId : null;
  const known = (id: string | null | undefined): boolean => items.some((session) => session.id === id);
  const stop = known(focused) ? focused : known(openId) ? (openId ?? undefined) : items[0]?.id;
  return [stop, setFocused];
}

/** Asks for the next page when the end of the list comes near, and by button. */
function MoreRows({ load }: { readonly load: () => Promise<void> }) {
  const ref = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<"idle" | "busy" | string>("idle");
  const busy = useRef(false);
  const run = async (): Promise<void> => {
    if (busy.current) return;
    busy.current = true;
    setState("busy");
    try {
      await load();
      setState("idle");
    } catch (error) {
      setState(describeError(error));
    } finally {
      busy.current = false;
    }
  };
  useEffect(() => {
    const element = ref.current;
    if (!element || typeof IntersectionObserver === "undefined") return undefined;
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && void run(), { rootMargin: "400px" });
    observer.observe(element);
    return () => observer.disconnect();
  });
  return (
    <div class="side-more-rows" ref={ref}>
      {state !== "idle" && state !== "busy" && <p class="ui-hint">{state}</p>}
      <Button kind="quiet" size="sm" busy={state === "busy"} onClick={() => void run()}>
        {t("sidebar.load_more")}
      </Button>
    </div>
  );
}

export interface SessionListProps {
  readonly label: string;
  readonly items: readonly Session[];
  readonly grouped: boolean;
  readonly more: (() => Promise<void>) | null;
}

export function SessionList({ label, items, grouped, more }: SessionListProps) {
  const [stop, setStop] = useTabStop(items);
  const current = route.value;
  const openId = current.name === "chat" ? current.sessionId : null;
  const groups: readonly SessionGroup[] = grouped ? groupSessions(items) : [{ key: "all", heading: "today", items }];
  return (
    <nav
      class="side-list"
      aria-label={label}
      onKeyDown={(event) => {
        const onLink = event.target instanceof Element && event.target.matches(".side-link");
        if (onLink) moveFocus(event.currentTarget, event, { items: ".side-link", wrap: false });
      }}
      onFocusIn={(event) => {
        const id = event.target instanceof HTMLElement ? event.target.dataset.session : undefined;
        if (id) setStop(id);
      }}
    >
      {groups.map((group) => (
        <section class="side-group" key={group.key} aria-label={grouped ? nameOf(group.heading) : undefined}>
          {grouped && <h2 class="side-heading">{nameOf(group.heading)}</h2>}
          <ul>
            {group.items.map((session) => (
              <SessionRow
                key={session.id}
                session={session}
                isCurrent={session.id === openId}
                isRunning={sessions.runningIds.value.has(session.id)}
                isUnread={sessions.unreadIds.value.has(session.id)}
                hasDraft={drafts.ids.value.has(session.id)}
                isTabStop={session.id === stop}
              />
            ))}
          </ul>
        </section>
      ))}
      {more && <MoreRows load={more} />}
    </nav>
  );
}
