/** Example values made from a schema: what a request may look like. */
import type { Json, OpenApi, Schema } from "./openapi.ts";
import { fieldsOf, shapeOf } from "./schema.ts";

const UUID = "00000000-0000-7000-8000-000000000000";
const DEEPEST = 6;

/** The required fields, or where none is, the first that is no id: such a request can be sent as it stands. */
export function smallExample(document: OpenApi, schema: Schema): Json {
  return value(document, schema, false, 0);
}

/** Every field. */
export function fullExample(document: OpenApi, schema: Schema): Json {
  return value(document, schema, true, 0);
}

function value(document: OpenApi, given: Schema, isFull: boolean, depth: number): Json {
  const { schema, choices } = shapeOf(document, given);
  const [choice] = choices;
  const told = schema.examples?.[0] ?? schema.const ?? schema.default ?? schema.enum?.[0];
  if (told !== undefined && told !== null && !isEmptyObject(told)) return told;
  if (choice !== undefined) return value(document, choice, isFull, depth);
  if (schema.type === "object") return objectOf(document, schema, isFull, depth);
  if (schema.type === "array") return schema.items && depth < DEEPEST ? [value(document, schema.items, isFull, depth + 1)] : [];
  return scalar(schema);
}

function objectOf(document: OpenApi, schema: Schema, isFull: boolean, depth: number): Json {
  if (depth >= DEEPEST) return {};
  const fields = fieldsOf(schema);
  const required = fields.filter((field) => field.isRequired);
  const some = required.length > 0 || depth > 0 ? required : fields.filter((field) => !isId(shapeOf(document, field.schema).schema)).slice(0, 1);
  const chosen = isFull ? fields : some;
  return Object.fromEntries(chosen.map((field) => [field.name, value(document, field.schema, isFull, depth + 1)]));
}

function scalar(schema: Schema): Json {
  if (schema.type === "boolean") return true;
  if (schema.type === "integer" || schema.type === "number") return Math.min(Math.max(1, schema.minimum ?? 1), schema.maximum ?? Infinity);
  if (schema.type === "string") return text(schema);
  return null;
}

function text(schema: Schema): string {
  return isId(schema) ? UUID : "text".padEnd(schema.minLength ?? 0, "-").slice(0, schema.maxLength);
}

function isId({ minLength, maxLength }: Schema): boolean {
  return minLength === UUID.length && maxLength === UUID.length;
}

function isEmptyObject(told: Json): boolean {
  return typeof told === "object" && told !== null && Object.keys(told).length === 0;
}
