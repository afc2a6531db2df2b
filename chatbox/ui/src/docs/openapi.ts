/** The parts of an OpenAPI 3.1 document that the page reads, and its operations in reading order. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface Schema {
  $ref?: string;
  title?: string;
  description?: string;
  type?: string | string[];
  format?: string;
  enum?: Json[];
  const?: Json;
  default?: Json;
  examples?: Json[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  pattern?: string;
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header" | "cookie";
  required?: boolean;
  description?: string;
  schema: Schema;
}

export type Content = Record<string, { schema?: Schema }>;

export interface Answer {
  description: string;
  content?: Content;
}

export interface Operation {
  method: string;
  path: string;
  id: string;
  tag: string;
  summary: string;
  description: string;
  parameters: Parameter[];
  body: Schema | null;
  isBodyRequired: boolean;
  responses: [status: string, answer: Answer][];
}

interface RawOperation {
  operationId: string;
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { content: Content; required?: boolean };
  responses: Record<string, Answer>;
}

export interface OpenApi {
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, RawOperation>>;
  components?: { schemas?: Record<string, Schema> };
}

export interface Group {
  name: string;
  description: string;
  operations: Operation[];
}

const METHODS = ["get", "post", "put", "patch", "delete"];

/** The operations by tag, in the order of the document's tags; within one by address, then method. */
export function groupsOf(document: OpenApi): Group[] {
  const groups = new Map<string, Group>();
  for (const { name, description = "" } of document.tags ?? []) groups.set(name, { name, description, operations: [] });
  const addresses = Object.entries(document.paths).sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [path, item] of addresses) {
    for (const method of METHODS) {
      const raw = item[method];
      if (raw === undefined) continue;
      const operation = read(method, path, raw);
      const group = groups.get(operation.tag) ?? { name: operation.tag, description: "", operations: [] };
      group.operations.push(operation);
      groups.set(group.name, group);
    }
  }
  return [...groups.values()].filter(({ operations }) => operations.length > 0);
}

function read(method: string, path: string, raw: RawOperation): Operation {
  return {
    method: method.toUpperCase(),
    path,
    id: raw.operationId,
    tag: raw.tags?.[0] ?? "Other",
    summary: raw.summary ?? raw.operationId,
    description: raw.description ?? "",
    parameters: raw.parameters ?? [],
    body: raw.requestBody?.content["application/json"]?.schema ?? null,
    isBodyRequired: raw.requestBody?.required ?? false,
    responses: Object.entries(raw.responses).sort(([one], [other]) => (one < other ? -1 : 1)),
  };
}
