/** What went wrong elsewhere: the server sends the browser to `/login#error=<code>`. */
import { hasKey, t } from "../../lib/i18n";
import { navigate, place } from "../../lib/router";
import { boot } from "../../lib/state/boot";

/** The sentence for the failure in the address, which loses it; null where there is none. */
export function takeOidcFailure(): string | null {
  const { path, search, hash } = place.peek();
  const code = /^#error=(\w+)$/.exec(hash)?.[1];
  if (code === undefined) return null;
  navigate(path + search, { replace: true });
  const key = `auth.${code}`;
  return t(code.startsWith("oidc_") && hasKey(key) ? key : "auth.oidc_other", { name: boot.site.oidc ?? "" });
}
