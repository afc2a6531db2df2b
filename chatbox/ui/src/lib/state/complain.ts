/** Failures of what was done in passing. */
import { describeError } from "../api/errors";
import { isApiError } from "../api/client";
import { toasts } from "./toasts";

/** Shows a failure as a toast. Whoever closed a question knows that nothing was done. */
export function complain(error: unknown): void {
  if (!isApiError(error, "step_up_required")) toasts.show({ kind: "error", text: describeError(error) });
}
