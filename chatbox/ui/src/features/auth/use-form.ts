/**
 * A real form: the fields keep their own text, so that password managers and the browser can fill
 * them at any time, and sending reads what is there. Failures go to the field they are about.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../../lib/api/client";
import { describeError } from "../../lib/api/errors";
import { t } from "../../lib/i18n";

export type Values = Readonly<Record<string, string>>;
/** Sentences by the name of a field; those about no field under "form". */
export type Problems = Readonly<Record<string, string>>;

/** The fields that a failure may be about: the first one that the form has. */
const FIELDS_OF: Readonly<Record<string, readonly string[]>> = {
  name_taken: ["username"],
  password_refused: ["password"],
  login_failed: ["current_password", "password"],
  totp_required: ["code"],
};

const readValues = (form: HTMLFormElement): Values =>
  Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, typeof value === "string" ? value : ""]));

function emptyFields(form: HTMLFormElement): Problems {
  const required = [...form.elements].filter((one): one is HTMLInputElement => one instanceof HTMLInputElement && one.required);
  return Object.fromEntries(required.filter((one) => one.value.trim() === "").map((one) => [one.name, t("auth.required")]));
}

function problemsOf(error: unknown, form: HTMLFormElement): Problems {
  const has = (name: string): boolean => form.elements.namedItem(name) !== null;
  if (error instanceof ApiError) {
    const field = FIELDS_OF[error.code]?.find(has);
    if (field !== undefined) return { [field]: describeError(error) };
    const told = error.fields.filter((one) => has(one.field));
    if (told.length > 0) return Object.fromEntries(told.map((one) => [one.field, one.detail]));
  }
  return { form: describeError(error) };
}

function focusFirst(form: HTMLFormElement, problems: Problems): void {
  const first = [...form.elements].find((one): one is HTMLInputElement => one instanceof HTMLInputElement && one.name in problems);
  first?.focus();
  first?.select();
}

/** Seconds left until another try is allowed, counted down. */
function useWait(): [number, (seconds: number) => void] {
  const [until, setUntil] = useState(0);
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const tick = (): void => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    tick();
    if (until <= Date.now()) return undefined;
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [until]);
  return [left, (seconds) => setUntil(Date.now() + seconds * 1000)];
}

export interface Form {
  readonly problems: Problems;
  readonly busy: boolean;
  /** Seconds until another try is allowed. */
  readonly wait: number;
  readonly onSubmit: (event: SubmitEvent) => void;
}

/** `work` sends the values and throws ApiError; `check` finds what the server would refuse anyway. */
export function useForm(work: (values: Values) => Promise<void>, check: (values: Values) => Problems = () => ({})): Form {
  const [problems, setProblems] = useState<Problems>({});
  const [busy, setBusy] = useState(false);
  const [wait, setWait] = useWait();
  const shown = useRef<HTMLFormElement | null>(null);
  useEffect(() => {
    if (shown.current) focusFirst(shown.current, problems);
  }, [problems]);

  const run = async (form: HTMLFormElement): Promise<void> => {
    setBusy(true);
    try {
      await work(readValues(form));
      setProblems({});
    } catch (error) {
      if (error instanceof ApiError) setWait(error.retryAfter);
      setProblems(problemsOf(error, form));
    } finally {
      setBusy(false);
    }
  };

  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget;
    if (!(form instanceof HTMLFormElement) || busy || wait > 0) return;
    shown.current = form;
    const found = { ...check(readValues(form)), ...emptyFields(form) };
    if (Object.keys(found).length > 0) setProblems(found);
    else void run(form);
  };
  return { problems, busy, wait, onSubmit };
}
