/** Somebody who is signed in and comes to the sign-in page is led on. */
import { useEffect } from "preact/hooks";
import { localPath, navigate, place } from "../../lib/router";
import { toasts } from "../../lib/state/toasts";
import { takeOidcFailure } from "./oidc-failure";

export function Onward() {
  useEffect(() => {
    const failure = takeOidcFailure();
    if (failure !== null) toasts.show({ kind: "error", text: failure, duration: 12_000 });
    const next = new URLSearchParams(place.peek().search).get("next");
    navigate(failure === null ? localPath(next) : "/settings/security", { replace: true });
  }, []);
  return null;
}
