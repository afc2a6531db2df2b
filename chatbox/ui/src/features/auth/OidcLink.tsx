/** The way in through the company's own sign-in: a plain link, for it leaves this page. */
import { apiUrl } from "../../lib/api/client";
import { t } from "../../lib/i18n";
import { boot } from "../../lib/state/boot";

export function OidcLink({ next }: { readonly next: string }) {
  if (boot.site.oidc === null) return null;
  return (
    <a class="ui-button ui-button-secondary ui-size-lg auth-submit" href={apiUrl("/auth/oidc/start", { next })}>
      {t("auth.oidc", { name: boot.site.oidc })}
    </a>
  );
}
