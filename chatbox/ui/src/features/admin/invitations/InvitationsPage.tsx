/** Administration → Invitations: links that make an account, open ones and used ones. */
import { useState } from "preact/hooks";
import { api } from "../../../lib/api/client";
import { formatAgo, formatDateTime, t } from "../../../lib/i18n";
import { complain } from "../../../lib/state/complain";
import { may, me } from "../../../lib/state/me";
import { toasts } from "../../../lib/state/toasts";
import { Badge, Button, Field, Input, Page, Select } from "../../../lib/ui";
import type { Invitation } from "../model";
import { focusAfter, FormDialog, Nothing, OnceDialog, Paged } from "../parts";
import { rolesFor, type GivenRole } from "../people/person-rights";
import { usePages } from "../use-pages";
import { useWork } from "../use-work";

/** "": as long as the system settings say. */
const HOURS = ["", "24", "168", "720"] as const;
const FIELDS = ["role", "email", "note", "hours"];

function InviteDialog({ onMade, onClose }: { readonly onMade: (made: Invitation) => void; readonly onClose: () => void }) {
  const [role, setRole] = useState<GivenRole>("user");
  const [email, setEmail] = useState("");
  const [note, setNote] = useState("");
  const [hours, setHours] = useState<(typeof HOURS)[number]>("");
  const work = useWork(FIELDS);
  const submit = (): void =>
    void work.run(async () => {
      const body = { role, ...(hours ? { hours: Number(hours) } : {}), ...(email.trim() ? { email: email.trim() } : {}), ...(note.trim() ? { note: note.trim() } : {}) };
      onMade(await api.post<Invitation>("/invitations", body));
    });
  const roles = rolesFor(me.value).map((value) => ({ value, label: t(`shell.role_${value}`) }));
  return (
    <FormDialog title={t("admin.invite")} submit={t("admin.invite_submit")} work={work} onSubmit={submit} onClose={onClose}>
      <Field label={t("admin.role")} hint={t(`admin.role_${role}_hint`)} error={work.problems.fields["role"]}>
        {(control) => <Select {...control} data-autofocus="" value={role} options={roles} onValue={setRole} />}
      </Field>
      <Field label={t("admin.email")} hint={t("admin.invite_email_hint")} error={work.problems.fields["email"]}>
        {(control) => <Input {...control} type="email" autocomplete="off" value={email} onValue={setEmail} />}
      </Field>
      <Field label={t("admin.note")} hint={t("admin.note_hint")} error={work.problems.fields["note"]}>
        {(control) => <Input {...control} autocomplete="off" maxLength={200} value={note} onValue={setNote} />}
      </Field>
      <Field label={t("admin.hours")} error={work.problems.fields["hours"]}>
        {(control) => <Select {...control} value={hours} options={HOURS.map((value) => ({ value, label: value ? t("admin.days", { n: Number(value) / 24 }) : t("admin.hours_usual") }))} onValue={setHours} />}
      </Field>
    </FormDialog>
  );
}

interface RowProps {
  readonly invitation: Invitation;
  readonly onRevoke: (row: Element | null) => void;
}

function Row({ invitation, onRevoke }: RowProps) {
  const { role, email, note, state, created_at, expires_at } = invitation;
  const isOpen = state === "open";
  const title = email ?? (note || t("admin.invite_anybody"));
  return (
    <li class="admin-row">
      <div class="admin-row-main">
        <h3 class="admin-name">
          <bdi>{title}</bdi>
          <Badge>{t(`shell.role_${role}`)}</Badge>
          <Badge tone={isOpen ? "ok" : "neutral"} icon={isOpen ? "check" : "clock"}>
            {t(`admin.invite_${state}`)}
          </Badge>
        </h3>
        <div class="admin-facts">
          {email && note && <span class="admin-fact">{note}</span>}
          {state !== "used" && (
            <span class="admin-fact" title={formatDateTime(expires_at)}>
              {t(isOpen ? "admin.expires" : "admin.expired", { ago: formatAgo(expires_at) })}
            </span>
          )}
          <span class="admin-fact">{t("admin.made", { time: formatDateTime(created_at) })}</span>
        </div>
      </div>
      {isOpen && may("manage") && (
        <Button size="sm" kind="danger" aria-label={`${t("admin.revoke")}: ${title}`} onClick={(event) => onRevoke(event.currentTarget.closest("li"))}>
          {t("admin.revoke")}
        </Button>
      )}
    </li>
  );
}

export function InvitationsPage() {
  const pages = usePages<Invitation>("/invitations", { limit: 50 });
  const [isAsking, setAsking] = useState(false);
  const [made, setMade] = useState<Invitation | null>(null);
  const revoke = (invitation: Invitation, row: Element | null): void => {
    api.del(`/invitations/${invitation.id}`).then(() => {
      focusAfter(row);
      pages.set((items) => items.filter((one) => one.id !== invitation.id));
      toasts.show({ kind: "success", text: t("admin.revoked") });
    }, complain);
  };
  const show = (invitation: Invitation): void => {
    setAsking(false);
    setMade(invitation);
    pages.reload();
  };
  const invite = may("manage") && (
    <Button kind="primary" icon="plus" onClick={() => setAsking(true)}>
      {t("admin.invite")}
    </Button>
  );
  return (
    <Page title={t("admin.nav_invitations")} intro={t("admin.invitations_intro")} actions={invite} wide>
      <Paged pages={pages} label={t("admin.nav_invitations")} empty={<Nothing text={t("admin.invitations_none")} />}>
        {(invitation) => <Row key={invitation.id} invitation={invitation} onRevoke={(row) => revoke(invitation, row)} />}
      </Paged>
      {isAsking && <InviteDialog onMade={show} onClose={() => setAsking(false)} />}
      {made?.url && <OnceDialog title={t("admin.invite_made")} text={t("admin.invite_link")} url={made.url} expires={made.expires_at} onClose={() => setMade(null)} />}
    </Page>
  );
}
