/** A one-time link: its token leaves the address at once, and the server says what it is good for. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../../lib/api/client";
import type { LinkFacts } from "../../lib/api/types";
import { navigate, place } from "../../lib/router";

export type Link =
  | { readonly state: "none" | "checking" }
  | { readonly state: "good"; readonly token: string; readonly facts: LinkFacts }
  | { readonly state: "failed"; readonly error: unknown; readonly retry: () => void };

/** Takes the token out of the address; neither history nor a copied address holds it then. */
function takeToken(): string {
  const { path, search, hash } = place.peek();
  const token = hash.slice(1);
  if (token !== "") navigate(path + search, { replace: true });
  return token;
}

/** `kinds` are those that the page can do something with. */
export function useLink(...kinds: readonly LinkFacts["kind"][]): Link {
  const [token, setToken] = useState(takeToken);
  const [link, setLink] = useState<Link>({ state: token === "" ? "none" : "checking" });
  const check = (): void => {
    if (token === "") return;
    setLink({ state: "checking" });
    api.post<LinkFacts>("/auth/links/check", { token }).then(
      (facts) => setLink(kinds.includes(facts.kind) ? { state: "good", token, facts } : { state: "none" }),
      (error: unknown) => setLink({ state: "failed", error, retry: check }),
    );
  };
  useEffect(check, [token]);
  const { hash } = place.value;
  useEffect(() => {
    if (hash.length > 1) setToken(takeToken());
  }, [hash]);
  return link;
}
