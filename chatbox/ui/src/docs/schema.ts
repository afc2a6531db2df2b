/** Reading JSON Schemas: following references, taking null apart, saying types and limits in words. */
import type { Json, OpenApi, Schema } from "./openapi.ts";

/** A schema with its references followed and null taken out; `choices` are the alternatives left. */
export interface Shape {
  schema: Schema;
  name: string;
  nullable: boolean;
  choices: Schema[];
}

export interface Field {
  name: string;
  schema: Schema;
  isRequired: boolean;
}

const REFERENCE = "#/components/schemas/";

export function shapeOf(document: OpenApi, given: Schema): Shape {
  const { schema, name } = follow(document, given);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives === undefined) {
    const types = [schema.type ?? []].flat();
    const [single] = types.filter((type) => type !== "null");
    const isNullable = types.length > 1 && types.includes("null");
    return { schema: isNullable ? { ...schema, type: single } : schema, name, nullable: isNullable, choices: [] };
  }
  const choices = alternatives.filter((one) => one.type !== "null");
  const nullable = choices.length < alternatives.length;
  const [only] = choices;
  if (choices.length !== 1 || only === undefined) return { schema, name, nullable, choices };
  const { anyOf: _any, oneOf: _one, ...around } = schema;
  const inner = shapeOf(document, only);
  return { ...inner, schema: { ...inner.schema, ...around }, nullable: nullable || inner.nullable };
}

/** What stands beside a reference wins over what it refers to. */
function follow(document: OpenApi, given: Schema): { schema: Schema; name: string } {
  let schema = given;
  let name = "";
  for (let steps = 0; steps < 20; steps += 1) {
    const [single] = schema.allOf?.length === 1 ? schema.allOf : [];
    const { $ref, allOf: _all, ...beside } = schema;
    if (single !== undefined) schema = { ...single, ...beside };
    else if ($ref !== undefined) {
      name = $ref.replace(REFERENCE, "");
      schema = { ...document.components?.schemas?.[name], ...beside };
    } else break;
  }
  return { schema, name };
}

/** `string`, `list of Message`, `"a" | "b" or null`. */
export function typeText(document: OpenApi, given: Schema): string {
  const { schema, name, nullable, choices } = shapeOf(document, given);
  return nullable ? `${plainType(document, schema, name, choices)} or null` : plainType(document, schema, name, choices);
}

function plainType(document: OpenApi, schema: Schema, name: string, choices: Schema[]): string {
  if (choices.length > 0) return choices.map((one) => typeText(document, one)).join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.type === "array") return schema.items ? `list of ${typeText(document, schema.items)}` : "list";
  return name || String(schema.type ?? "anything");
}

/** Limits and defaults in words. */
export function limitsOf(schema: Schema): string[] {
  const { minimum: least, maximum: most, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  return [
    between(schema.minLength, schema.maxLength, "character"),
    between(schema.minItems, schema.maxItems, "item"),
    least !== undefined && most !== undefined ? `${number(least)} to ${number(most)}` : "",
    least !== undefined && most === undefined ? `at least ${number(least)}` : "",
    least === undefined && most !== undefined ? `at most ${number(most)}` : "",
    above !== undefined ? `above ${number(above)}` : "",
    below !== undefined ? `below ${number(below)}` : "",
    schema.pattern !== undefined ? `matches \`${schema.pattern}\`` : "",
    isTelling(schema.default) ? `default \`${JSON.stringify(schema.default)}\`` : "",
  ].filter((text) => text !== "");
}

function between(least: number | undefined, most: number | undefined, unit: string): string {
  const plural = (count: number): string => `${number(count)} ${unit}${count === 1 ? "" : "s"}`;
  if (least !== undefined && most !== undefined) return least === most ? plural(most) : `${number(least)} to ${plural(most)}`;
  if (least !== undefined) return least > 0 ? `at least ${plural(least)}` : "";
  return most === undefined ? "" : `at most ${plural(most)}`;
}

/** Nothing is told by a default that means "absent". */
function isTelling(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== "" && JSON.stringify(value) !== "{}" && JSON.stringify(value) !== "[]";
}

const number = (value: number): string => value.toLocaleString("en");

/** The fields of an object; required ones first. */
export function fieldsOf(schema: Schema): Field[] {
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties ?? {}).map(([name, value]) => ({ name, schema: value, isRequired: required.has(name) }));
  return [...fields.filter((field) => field.isRequired), ...fields.filter((field) => !field.isRequired)];
}
