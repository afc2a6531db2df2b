/** The sessions of somebody else, where the owner allows it: to be read, never changed, and never unseen. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../../../lib/api/client";
import { describeError } from "../../../lib/api/errors";
import type { Message, Session } from "../../../lib/api/types";
import { formatDateTime, t } from "../../../lib/i18n";
import { hrefOf } from "../../../lib/router";
import { Banner, ErrorState, Icon, Page, Skeleton } from "../../../lib/ui";
import type { Person } from "../model";
import { Nothing, Paged } from "../parts";
import { nameOf } from "../people/person-rights";
import { usePages } from "../use-pages";

function usePerson(id: string): [Person | null, string | null] {
  const [person, setPerson] = useState<Person | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    api.get<Person>(`/users/${encodeURIComponent(id)}`).then(setPerson, (error: unknown) => setProblem(describeError(error)));
  }, [id]);
  return [person, problem];
}

interface ReadingProps {
  readonly person: string;
  /** Which session is open; null: the list of them. */
  readonly session: string | null;
}

function Sessions({ person }: { readonly person: string }) {
  const pages = usePages<Session>(`/users/${encodeURIComponent(person)}/sessions`, { limit: 50 });
  return (
    <Paged pages={pages} label={t("admin.read_sessions")} empty={<Nothing text={t("admin.read_none")} />}>
      {(session) => (
        <li key={session.id} class="admin-row">
          <a class="admin-row-main admin-read-link" href={hrefOf(`/admin/people?read=${person}&session=${session.id}`)}>
            <bdi>{session.title || t("sidebar.untitled")}</bdi>
            <span class="ui-hint">{formatDateTime(session.updated_at)}</span>
          </a>
        </li>
      )}
    </Paged>
  );
}

function Messages({ person, session }: { readonly person: string; readonly session: string }) {
  const pages = usePages<Message>(`/users/${encodeURIComponent(person)}/sessions/${encodeURIComponent(session)}/messages`, { limit: 100 });
  return (
    <Paged pages={pages} label={t("admin.read_messages")} class="admin-messages" empty={<Nothing text={t("admin.read_empty")} />}>
      {(message) => (
        <li key={message.id} class="admin-message" data-role={message.role}>
          <p class="ui-hint">
            {t(message.role === "user" ? "admin.read_asked" : "admin.read_answered", { model: message.model ?? "—" })} · {formatDateTime(message.created_at)}
          </p>
          <p class="admin-message-text" dir="auto">
            {message.text}
          </p>
        </li>
      )}
    </Paged>
  );
}

export function ReadingPage({ person: id, session }: ReadingProps) {
  const [person, problem] = usePerson(id);
  const back = session === null ? "/admin/people" : `/admin/people?read=${id}`;
  const name = person ? nameOf(person) : "…";
  return (
    <Page title={t("admin.read_title", { name })} wide>
      <Banner tone="warn" icon="eye">
        {t("admin.read_banner", { name })}
      </Banner>
      <p class="admin-back">
        <a href={hrefOf(back)}>
          <Icon name="chevron-left" size={16} />
          {t(session === null ? "admin.read_to_people" : "admin.read_to_sessions")}
        </a>
      </p>
      {problem && <ErrorState title={t("settings.load_failed")} detail={problem} />}
      {!person && !problem && <Skeleton kind="row" lines={5} />}
      {person && (session === null ? <Sessions person={id} /> : <Messages key={session} person={id} session={session} />)}
    </Page>
  );
}
