/** Failures in words for the person who reads them. */
import { formatNumber, hasKey, t } from "../i18n";
import { ApiError } from "./client";

/** A sentence for a stable error code; unknown codes fall back to the server's own sentence. */
export function describeCode(code: string, detail = ""): string {
  const key = `errors.${code}`;
  if (hasKey(key)) return t(key, { detail });
  return detail === "" ? t("errors.unknown", { detail: "" }).trim() : detail;
}

/** A sentence for anything that was thrown. */
export function describeError(error: unknown): string {
  if (!(error instanceof ApiError)) return t("errors.unknown", { detail: "" }).trim();
  const { tokens, budget } = error.problem;
  if (error.code === "message_too_long_for_context" && typeof tokens === "number" && typeof budget === "number") {
    return t("errors.message_too_long_counts", {
      tokens: formatNumber(tokens),
      budget: formatNumber(budget),
    });
  }
  // A provider's limit has the same code, but comes as the failure of a reply.
  if (error.code === "rate_limited") return t("errors.too_many_requests");
  return describeCode(error.code, error.detail).trim();
}
