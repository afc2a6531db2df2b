/** The sidebar: new chat, search, the sessions or the archive, settings. */
import { useEffect, useState } from "preact/hooks";
import { describeError } from "../../lib/api/errors";
import { t } from "../../lib/i18n";
import { hrefOf, lazy, navigate, route } from "../../lib/router";
import { isTeam } from "../../lib/state/boot";
import { sessions } from "../../lib/state/sessions";
import { Button, EmptyState, ErrorState, Icon, IconButton, Skeleton } from "../../lib/ui";
import { SessionList } from "./SessionList";
import { SessionSearch } from "./SessionSearch";
import { view } from "./view";

const UserMenu = lazy(async () => (await import("../auth")).UserMenu);

function useLoading(load: () => Promise<void>, needed: boolean): [string | null, () => void] {
  const [problem, setProblem] = useState<string | null>(null);
  const run = (): void => {
    setProblem(null);
    load().catch((error: unknown) => setProblem(describeError(error)));
  };
  useEffect(() => {
    if (needed) run();
  }, []);
  return [problem, run];
}

function Sessions() {
  const [problem, retry] = useLoading(sessions.load, !sessions.loaded.peek() && !sessions.loading.peek());
  const found = sessions.results.value;
  const items = sessions.items.value;
  if (found) {
    if (found.length === 0) return <EmptyState title={t("sidebar.no_results", { query: sessions.query.value.trim() })} />;
    return <SessionList label={t("sidebar.results")} items={found} grouped={false} more={null} />;
  }
  if (problem && items.length === 0) return <ErrorState title={t("sidebar.load_failed")} detail={problem} onRetry={retry} />;
  if (!sessions.loaded.value && items.length === 0) return <Skeleton kind="row" lines={7} />;
  if (items.length === 0) return <EmptyState title={t("sidebar.empty")} text={t("sidebar.empty_text")} />;
  return <SessionList label={t("sidebar.sessions")} items={items} grouped more={sessions.hasMore.value ? sessions.loadMore : null} />;
}

function Archive() {
  const [loaded, setLoaded] = useState(false);
  const [problem, retry] = useLoading(async () => {
    await sessions.loadArchived();
    setLoaded(true);
  }, true);
  const items = sessions.archivedItems.value;
  if (problem && items.length === 0) return <ErrorState title={t("sidebar.load_failed")} detail={problem} onRetry={retry} />;
  if (!loaded && items.length === 0) return <Skeleton kind="row" lines={4} />;
  if (items.length === 0) return <EmptyState icon="archive" title={t("sidebar.archive_empty")} text={t("sidebar.archive_empty_text")} />;
  return <SessionList label={t("sidebar.archived")} items={items} grouped={false} more={sessions.hasMoreArchived.value ? () => sessions.loadArchived(true) : null} />;
}

export function Sidebar({ onCollapse }: { readonly onCollapse: () => void }) {
  const isArchive = view.value === "archived";
  const current = route.value;
  return (
    <div class="side" data-sidebar="">
      <div class="side-head">
        <a class="side-brand" href={hrefOf("/")}>
          chatbox
        </a>
        <IconButton icon="panel" label={t("shell.close_sidebar")} onClick={onCollapse} />
      </div>
      {isArchive ? (
        <div class="side-tools">
          <Button kind="quiet" icon="chevron-left" class="side-wide" onClick={() => (view.value = "sessions")}>
            {t("sidebar.back")}
          </Button>
          <h2 class="side-view-title">{t("sidebar.archived")}</h2>
        </div>
      ) : (
        <div class="side-tools">
          <Button kind="quiet" icon="plus" class="side-wide" data-new-chat="" onClick={() => navigate("/")}>
            {t("shell.new_chat")}
          </Button>
          <SessionSearch />
        </div>
      )}
      <div class="side-scroll">{isArchive ? <Archive /> : <Sessions />}</div>
      {isTeam && (
        <div class="side-foot">
          <UserMenu />
        </div>
      )}
      <div class="side-foot">
        <a class="side-footlink" href={hrefOf("/settings/appearance")} aria-current={current.name === "settings" ? "page" : undefined}>
          <Icon name="settings" size={18} />
          {t("shell.settings")}
        </a>
        <IconButton icon="archive" label={t("sidebar.archived")} pressed={isArchive} onClick={() => (view.value = isArchive ? "sessions" : "archived")} />
      </div>
    </div>
  );
}
