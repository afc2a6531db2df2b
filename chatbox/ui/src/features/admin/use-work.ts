/** Something that is being done for a form: whether it is under way, and what was wrong with it. */
import { useState } from "preact/hooks";
import { ApiError, isApiError } from "../../lib/api/client";
import { describeCode, describeError } from "../../lib/api/errors";
import { t } from "../../lib/i18n";

export interface Problems {
  /** About the whole, or about a field that the form does not show. */
  readonly form: string | null;
  readonly fields: Readonly<Record<string, string>>;
}

const NONE: Problems = { form: null, fields: {} };

/** Sorts a failure by the fields of a form; `owners` says which field a code is about. */
export function problemsOf(error: unknown, names: readonly string[], owners: Readonly<Record<string, string>> = {}): Problems {
  // Whoever closed the question "is it you?" knows that nothing was done.
  if (isApiError(error, "step_up_required")) return NONE;
  if (!(error instanceof ApiError)) return { form: describeError(error), fields: {} };
  const owner = owners[error.code];
  if (owner !== undefined) return { form: null, fields: { [owner]: error.code === "name_taken" ? t("admin.taken") : describeCode(error.code, error.detail) } };
  const known = error.fields.filter(({ field }) => names.includes(field));
  if (known.length === 0) return { form: describeError(error), fields: {} };
  return { form: null, fields: Object.fromEntries(known.map(({ field, detail }) => [field, detail])) };
}

export interface Work {
  readonly busy: boolean;
  readonly problems: Problems;
  /** Does it, once at a time; resolves with whether it was done. */
  readonly run: (work: () => Promise<unknown>) => Promise<boolean>;
  readonly complain: (problems: Problems) => void;
}

export function useWork(names: readonly string[] = [], owners: Readonly<Record<string, string>> = {}): Work {
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState(NONE);
  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    setProblems(NONE);
    try {
      await work();
      return true;
    } catch (error) {
      setProblems(problemsOf(error, names, owners));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problems, run, complain: setProblems };
}
