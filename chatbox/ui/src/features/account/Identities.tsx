/** Accounts elsewhere that sign in to this one. */
import { api } from "../../lib/api/client";
import type { Identity, Me } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { boot } from "../../lib/state/boot";
import { Button, IconButton } from "../../lib/ui";
import { refreshMe } from "../auth";
import { attempt, Section } from "./parts";

async function link(): Promise<void> {
  await attempt(async () => {
    const { url } = await api.post<{ url: string }>("/auth/oidc/link", {}, { query: { next: "/settings/security" } });
    window.location.assign(url);
  }, t("account.identity_leaving"));
}

async function unlink(identity: Identity): Promise<void> {
  if (await attempt(() => api.del(`/auth/identities/${identity.id}`), t("account.identity_removed"))) await refreshMe();
}

export function Identities({ user }: { readonly user: Me }) {
  return (
    <Section title={t("account.identities")} text={t("account.identities_text")}>
      <ul class="account-list">
        {user.identities.map((one) => (
          <li key={one.id}>
            <span class="account-line">
              <span>{one.email ?? one.issuer}</span>
              {one.email !== null && <small>{one.issuer}</small>}
            </span>
            <IconButton icon="trash" size="sm" label={t("account.identity_remove", { name: one.email ?? one.issuer })} onClick={() => void unlink(one)} />
          </li>
        ))}
      </ul>
      {boot.site.oidc !== null && (
        <div class="account-buttons">
          <Button onClick={() => void link()}>{t("account.identity_add", { name: boot.site.oidc })}</Button>
        </div>
      )}
    </Section>
  );
}
