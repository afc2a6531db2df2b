/** A request that is being put together: its address, its headers, and the same as a curl command. */
import type { Operation, Parameter } from "./openapi.ts";

/** The values by `where:name`; empty ones are not sent. */
export type Values = ReadonlyMap<string, string>;

export interface Draft {
  operation: Operation;
  values: Values;
  body: string;
}

export const keyOf = (parameter: Parameter): string => `${parameter.in}:${parameter.name}`;

export function addressOf({ operation, values }: Draft): string {
  let path = operation.path;
  const query: string[] = [];
  for (const parameter of operation.parameters) {
    const value = values.get(keyOf(parameter)) ?? "";
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, () => encodeURIComponent(value) || `{${parameter.name}}`);
    if (parameter.in === "query" && value !== "") query.push(`${parameter.name}=${encodeURIComponent(value)}`);
  }
  return query.length > 0 ? `${path}?${query.join("&")}` : path;
}

export function headersOf({ operation, values, body }: Draft): [name: string, value: string][] {
  const given = operation.parameters
    .filter((parameter) => parameter.in === "header")
    .map((parameter): [string, string] => [parameter.name, values.get(keyOf(parameter)) ?? ""])
    .filter(([, value]) => value !== "");
  return hasBody({ operation, body }) ? [["Content-Type", "application/json"], ...given] : given;
}

export function hasBody({ operation, body }: Pick<Draft, "operation" | "body">): boolean {
  return operation.body !== null && body.trim() !== "";
}

/** The request for a POSIX shell. `-N` shows events as they come. */
export function curlOf(draft: Draft, origin: string): string {
  const { operation } = draft;
  const streams = operation.responses.some(([, answer]) => answer.content?.["text/event-stream"] !== undefined);
  const lines = [`curl ${streams ? "-sN" : "-s"} ${operation.method === "GET" ? "" : `-X ${operation.method} `}${quoted(origin + addressOf(draft))}`];
  for (const [name, value] of headersOf(draft)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (hasBody(draft)) lines.push(`-d ${quoted(draft.body.trim())}`);
  return lines.join(" \\\n  ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
