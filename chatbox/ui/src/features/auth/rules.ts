/** The server's rules for names and passwords, to say so before anything is sent. */
import { t } from "../../lib/i18n";
import type { Problems, Values } from "./use-form";

export const SHORTEST_PASSWORD = 10;
const USERNAME = /^[\p{L}\p{N}_.+-]{2,40}$/u;

/** Problems of the fields `username` and `password`, where they are there and filled in. */
export function checkAccount({ username, password }: Values): Problems {
  const problems: Record<string, string> = {};
  if (username && !USERNAME.test(username.trim())) problems["username"] = t("auth.username_rule");
  if (password && [...password].length < SHORTEST_PASSWORD) problems["password"] = t("auth.password_short", { n: SHORTEST_PASSWORD });
  return problems;
}
