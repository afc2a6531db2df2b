/**
 * The one door to /api/v1: JSON in and out, every failure is an ApiError.
 * A request that never got an answer has code "network"; one we gave up on has code "timeout".
 */
import { base } from "../state/boot";

export interface FieldError {
  field: string;
  detail: string;
}

interface Problem {
  status?: number;
  code?: string;
  detail?: string;
  title?: string;
  request_id?: string;
  errors?: FieldError[];
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly requestId: string | null;
  readonly fields: FieldError[];
  /** Seconds to wait before another try; 0 where the server named none. */
  readonly retryAfter: number;
  /** The whole problem document: extras such as `current`, `budget`, `window`. */
  readonly problem: Readonly<Record<string, unknown>>;

  constructor(status: number, code: string, problem: Problem = {}, retryAfter = 0) {
    super(problem.detail ?? problem.title ?? code);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.detail = problem.detail ?? problem.title ?? "";
    this.requestId = problem.request_id ?? null;
    this.fields = problem.errors ?? [];
    this.retryAfter = retryAfter;
    this.problem = problem as Record<string, unknown>;
  }

  /** True when nothing reached the server, or nobody knows whether it did. */
  get isUnsent(): boolean {
    return this.code === "network" || this.code === "timeout";
  }
}

type QueryValue = string | number | boolean | null | undefined;

export interface RequestOptions {
  query?: Record<string, QueryValue>;
  signal?: AbortSignal;
  /** Milliseconds until the request is given up; 30 s unless told. */
  timeout?: number;
  idempotencyKey?: string;
  /** Sent as If-Match, for optimistic locking. */
  version?: number;
}

/** What the page does when the server asks who is there. */
export interface Gate {
  /** Nobody is signed in any more. */
  leave(): void;
  /** A second factor must be set up before anything else. */
  enrol(): void;
  /** Asks for a fresh proof; resolves with whether the server has it. */
  verify(): Promise<boolean>;
}

let gate: Gate | null = null;

/** Called once at the start; without it these refusals are failures like others. */
export function setGate(next: Gate): void {
  gate = next;
}

const DEFAULT_TIMEOUT = 30_000;
/** Characters of a body that may outlive its page; browsers allow 64 KB over all such requests. */
const MAY_OUTLIVE = 4_000;

/** The absolute path of an API resource below the deployment's base path. */
export function apiUrl(path: string, query?: Record<string, QueryValue>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null) search.set(name, String(value));
  }
  const tail = search.toString();
  return `${base}/api/v1${path}${tail === "" ? "" : `?${tail}`}`;
}

function headersFor(hasBody: boolean, options: RequestOptions): Headers {
  const headers = new Headers({ Accept: "application/json" });
  if (hasBody) headers.set("Content-Type", "application/json");
  if (options.idempotencyKey !== undefined) headers.set("Idempotency-Key", options.idempotencyKey);
  if (options.version !== undefined) headers.set("If-Match", `"${options.version}"`);
  return headers;
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

async function failureOf(response: Response): Promise<ApiError> {
  const body = await readJson(response);
  const problem: Problem = typeof body === "object" && body !== null ? body : {};
  const withId: Problem = {
    ...problem,
    request_id: problem.request_id ?? response.headers.get("X-Request-Id") ?? undefined,
  } as Problem;
  const wait = Number(response.headers.get("Retry-After"));
  return new ApiError(response.status, problem.code ?? `http_${response.status}`, withId, wait > 0 ? wait : 0);
}

/** Answers the server's question who is there; true when the request can be sent again. */
async function mayRepeat(error: unknown): Promise<boolean> {
  if (!(error instanceof ApiError) || gate === null) return false;
  if (error.code === "login_required") gate.leave();
  if (error.code === "enrolment_required") gate.enrol();
  return error.code === "step_up_required" && gate.verify();
}

/** Resolves with the decoded body (null for 204) or throws an ApiError. */
async function request<T>(method: string, path: string, body: unknown, options: RequestOptions): Promise<T> {
  try {
    return await send<T>(method, path, body, options);
  } catch (error) {
    if (!(await mayRepeat(error))) throw error;
  }
  return send<T>(method, path, body, options);
}

async function send<T>(
  method: string,
  path: string,
  body: unknown,
  options: RequestOptions,
): Promise<T> {
  const clock = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    clock.abort();
  }, options.timeout ?? DEFAULT_TIMEOUT);
  const forward = (): void => clock.abort();
  const text = body === undefined ? null : JSON.stringify(body);
  if (options.signal?.aborted) clock.abort();
  options.signal?.addEventListener("abort", forward);
  try {
    const response = await fetch(apiUrl(path, options.query), {
      method,
      headers: headersFor(body !== undefined, options),
      body: text,
      signal: clock.signal,
      // A change that was asked for is made, even when the page is closed or reloaded at once.
      keepalive: method !== "GET" && (text?.length ?? 0) <= MAY_OUTLIVE,
      credentials: "same-origin",
      cache: "no-store",
    });
    if (!response.ok) throw await failureOf(response);
    const decoded = await readJson(response);
    if (decoded === undefined) throw new ApiError(response.status, "unreadable_answer");
    return decoded as T;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    if (expired) throw new ApiError(0, "timeout");
    if (options.signal?.aborted) throw new ApiError(0, "aborted");
    throw new ApiError(0, "network");
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", forward);
  }
}

export const api = {
  get: <T>(path: string, options: RequestOptions = {}): Promise<T> =>
    request<T>("GET", path, undefined, options),
  post: <T>(path: string, body: unknown = {}, options: RequestOptions = {}): Promise<T> =>
    request<T>("POST", path, body, options),
  patch: <T>(path: string, body: unknown, options: RequestOptions = {}): Promise<T> =>
    request<T>("PATCH", path, body, options),
  del: (path: string, options: RequestOptions = {}): Promise<void> =>
    request<null>("DELETE", path, undefined, options).then(() => undefined),
};

export const isApiError = (error: unknown, code?: string): error is ApiError =>
  error instanceof ApiError && (code === undefined || error.code === code);
