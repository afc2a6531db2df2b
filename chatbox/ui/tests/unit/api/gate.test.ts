/** What the page does when the server asks who is there: once, for every request that waits. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { api, ApiError, setGate } from "../../../src/lib/api/client";
import { question, verify } from "../../../src/lib/state/proof";

const problem = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify({ status, code, detail: "No." }), { status, headers });

let answers: Response[] = [];
let sent: string[] = [];
const leave = vi.fn();
const enrol = vi.fn();

beforeEach(() => {
  answers = [];
  sent = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    sent.push(`${init.method} ${url}`);
    return answers.shift() ?? new Response('{"fine":true}');
  });
  setGate({ leave, enrol, verify });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test("a refused request is sent again after one proof for all", async () => {
  answers = [problem(403, "step_up_required"), problem(403, "step_up_required")];
  const both = Promise.all([api.post("/auth/totp"), api.del("/auth/totp")]);
  await settled();
  expect(sent).toHaveLength(2);
  question.peek()?.(true);
  expect(await both).toEqual([{ fine: true }, undefined]);
  expect(sent.slice(2)).toEqual(["POST /api/v1/auth/totp", "DELETE /api/v1/auth/totp"]);
  expect(question.peek()).toBeNull();
});

test("without a proof the refusal stands", async () => {
  answers = [problem(403, "step_up_required")];
  const refused = expect(api.post("/auth/totp")).rejects.toMatchObject({ code: "step_up_required" });
  await settled();
  question.peek()?.(false);
  await refused;
  expect(sent).toHaveLength(1);
});

test("an ended login and a missing second factor are told to the page", async () => {
  answers = [problem(401, "login_required"), problem(403, "enrolment_required"), problem(401, "login_failed")];
  for (let number = 0; number < 3; number += 1) await expect(api.get("/models")).rejects.toBeInstanceOf(ApiError);
  expect(leave).toHaveBeenCalledTimes(1);
  expect(enrol).toHaveBeenCalledTimes(1);
  expect(sent).toHaveLength(3);
});

test("the server says how long to wait", async () => {
  answers = [problem(429, "too_many_tries", { "Retry-After": "7" }), problem(403, "forbidden")];
  await expect(api.post("/auth/login")).rejects.toMatchObject({ retryAfter: 7 });
  await expect(api.post("/auth/login")).rejects.toMatchObject({ retryAfter: 0 });
});
