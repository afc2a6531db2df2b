/** One account in the list of people. */
import { formatAgo, formatDateTime, t } from "../../../lib/i18n";
import { hrefOf } from "../../../lib/router";
import { may, me } from "../../../lib/state/me";
import { Badge, MenuButton, type MenuEntry } from "../../../lib/ui";
import type { Person } from "../model";
import type { Question } from "./PersonConfirms";
import { nameOf, whyNot, type Why } from "./person-rights";

export type Deed = Question | "edit" | "state" | "reset" | "read";

export interface PersonRowProps {
  readonly person: Person;
  /** The owner lets administrators read sessions. */
  readonly mayRead: boolean;
  readonly onDeed: (deed: Deed) => void;
}

function Facts({ person }: { readonly person: Person }) {
  const { username, email, last_login_at: last } = person;
  return (
    <div class="admin-facts">
      <span class="admin-fact">
        <bdi>{[username && `@${username}`, email].filter(Boolean).join(" · ") || "—"}</bdi>
      </span>
      <span class="admin-fact" title={last ? formatDateTime(last) : undefined}>
        {last ? t("admin.last_login", { ago: formatAgo(last) }) : t("admin.never_signed_in")}
      </span>
    </div>
  );
}

function WhyNot({ why }: { readonly why: Why }) {
  return (
    <p class="ui-hint">
      {t(`admin.why_${why}`)} {why === "self" && <a href={hrefOf("/settings/profile")}>{t("admin.why_self_link")}</a>}
    </p>
  );
}

function entries({ person, mayRead, onDeed }: PersonRowProps, why: Why | null): MenuEntry[] {
  const isActive = person.state === "active";
  const entry = (deed: Deed, label: string, more: Partial<NonNullable<MenuEntry>> = {}): MenuEntry => ({ id: deed, label, onSelect: () => onDeed(deed), ...more });
  if (why !== null || !may("manage")) return [];
  return [
    entry("edit", t("admin.do_edit"), { icon: "pencil" }),
    entry("reset", t("admin.do_reset"), { icon: "key" }),
    entry("logins", t("admin.do_logins"), { icon: "x" }),
    entry("factor", t("admin.do_factor"), { icon: "keyboard", disabled: !person.totp }),
    ...(mayRead ? [entry("read", t("admin.do_read"), { icon: "eye" })] : []),
    null,
    entry("state", t(isActive ? "admin.do_suspend" : "admin.do_resume"), { icon: isActive ? "stop" : "play" }),
    ...(may("own") ? [entry("owner", t("admin.do_owner"), { icon: "star", disabled: !isActive || !person.has_password })] : []),
    entry("delete", t("admin.do_delete"), { icon: "trash", danger: true }),
  ];
}

export function PersonRow(props: PersonRowProps) {
  const { person } = props;
  const why = me.value ? whyNot(me.value, person) : null;
  const items = entries(props, why);
  const name = nameOf(person);
  return (
    <li class="admin-row">
      <div class="admin-row-main">
        <h3 class="admin-name">
          <bdi>{name}</bdi>
          <Badge tone={person.role === "owner" || person.role === "admin" ? "accent" : "neutral"}>{t(`shell.role_${person.role}`)}</Badge>
          {person.state === "suspended" && (
            <Badge tone="warn" icon="warn">
              {t("admin.state_suspended")}
            </Badge>
          )}
          {person.totp && (
            <Badge tone="ok" icon="check">
              {t("admin.totp")}
            </Badge>
          )}
        </h3>
        <Facts person={person} />
        {why && <WhyNot why={why} />}
      </div>
      {items.length > 0 && <MenuButton icon="more" size="sm" label={t("admin.person_actions", { name })} tip={null} items={items} />}
    </li>
  );
}
