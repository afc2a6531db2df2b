/** Requests: parameters in their places, and a curl command that a shell reads as it was meant. */
import { expect, it } from "vitest";
import { addressOf, curlOf, type Draft, headersOf } from "../../../src/docs/request";
import { operation } from "./fixture";

const draft = (values: Record<string, string>, body = ""): Draft => ({
  operation: operation("change_thing"), values: new Map(Object.entries(values)), body,
});

it("puts values into path and query, percent-encoded", () => {
  expect(addressOf(draft({ "path:thing_id": "a/b c", "query:from": "1&2" }))).toBe("/things/a%2Fb%20c?from=1%262");
});

it("takes a dollar sign in a value as it is", () => {
  expect(addressOf(draft({ "path:thing_id": "$&" }))).toBe("/things/%24%26");
});

it("leaves empty values out, and an empty path parameter visible", () => {
  expect(addressOf(draft({ "query:from": "" }))).toBe("/things/{thing_id}");
  expect(headersOf(draft({ "header:If-Match": "" }))).toEqual([]);
});

it("says the type of a body, and only of a body", () => {
  expect(headersOf(draft({ "header:If-Match": "3" }, "{}"))).toEqual([["Content-Type", "application/json"], ["If-Match", "3"]]);
  expect(headersOf({ ...draft({}, "{}"), operation: operation("get_thing") })).toEqual([]);
});

it("writes a curl command with quotes quoted", () => {
  const text = curlOf(draft({ "path:thing_id": "7", "header:If-Match": "3" }, `{"title": "it's"}`), "http://here");
  expect(text).toBe(
    [
      "curl -sN -X PATCH 'http://here/things/7'",
      "-H 'Content-Type: application/json'",
      "-H 'If-Match: 3'",
      `-d '{"title": "it'\\''s"}'`,
    ].join(" \\\n  "),
  );
});

it("needs no method and no -N for a plain GET", () => {
  expect(curlOf({ ...draft({}), operation: operation("list_things") }, "http://here")).toBe("curl -s 'http://here/things'");
});
