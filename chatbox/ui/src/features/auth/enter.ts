/** Into the product: the page is loaded anew, with what the server writes into it for this user. */
import { hrefOf } from "../../lib/router";

export function enter(path: string): void {
  if (hrefOf(path) === window.location.pathname + window.location.search + window.location.hash) return window.location.reload();
  window.location.replace(hrefOf(path));
}
