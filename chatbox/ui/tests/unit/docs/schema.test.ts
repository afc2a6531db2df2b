/** Reading schemas: references, null, types and limits in words, the order of operations. */
import { describe, expect, it } from "vitest";
import { groupsOf } from "../../../src/docs/openapi";
import { fieldsOf, limitsOf, shapeOf, typeText } from "../../../src/docs/schema";
import { DOCUMENT } from "./fixture";

const NODE = { $ref: "#/components/schemas/Node" };

describe("shapeOf", () => {
  it("follows a reference, and keeps what stands beside it", () => {
    const shape = shapeOf(DOCUMENT, { ...NODE, description: "Here" });
    expect(shape).toMatchObject({ name: "Node", nullable: false, choices: [] });
    expect(shape.schema).toMatchObject({ type: "object", description: "Here" });
  });

  it("follows a reference inside allOf", () => {
    expect(shapeOf(DOCUMENT, { allOf: [NODE], description: "Here" })).toMatchObject({ name: "Node", schema: { description: "Here" } });
  });

  it("takes null out, in each way to write it", () => {
    expect(shapeOf(DOCUMENT, { anyOf: [NODE, { type: "null" }] })).toMatchObject({ name: "Node", nullable: true, choices: [] });
    expect(shapeOf(DOCUMENT, { oneOf: [{ type: "string" }, { type: "null" }], maxLength: 3 })).toMatchObject({ nullable: true, schema: { type: "string", maxLength: 3 } });
    expect(shapeOf(DOCUMENT, { type: ["string", "null"] })).toMatchObject({ nullable: true, schema: { type: "string" } });
  });

  it("keeps real alternatives", () => {
    expect(shapeOf(DOCUMENT, { anyOf: [NODE, { type: "string" }, { type: "null" }] }).choices).toHaveLength(2);
  });

  it("ends with a reference to itself or to nothing", () => {
    expect(shapeOf(DOCUMENT, { $ref: "#/components/schemas/Missing" }).schema).toEqual({});
    const loop = { ...DOCUMENT, components: { schemas: { A: { $ref: "#/components/schemas/A" } } } };
    expect(shapeOf(loop, { $ref: "#/components/schemas/A" }).name).toBe("A");
  });
});

it.each([
  [{ type: "string" }, "string"],
  [NODE, "Node"],
  [{ anyOf: [NODE, { type: "null" }] }, "Node or null"],
  [{ type: "array", items: NODE }, "list of Node"],
  [{ enum: ["a", "b"] }, '"a" | "b"'],
  [{ anyOf: [NODE, { type: "integer" }] }, "Node or integer"],
  [{}, "anything"],
])("says the type of %j", (schema, text) => {
  expect(typeText(DOCUMENT, schema)).toBe(text);
});

it.each([
  [{ minLength: 1, maxLength: 200 }, ["1 to 200 characters"]],
  [{ minLength: 36, maxLength: 36 }, ["36 characters"]],
  [{ maxLength: 200_000 }, ["at most 200,000 characters"]],
  [{ maxItems: 1 }, ["at most 1 item"]],
  [{ minimum: 0, maximum: 2, default: 1 }, ["0 to 2", "default `1`"]],
  [{ minimum: -5, exclusiveMaximum: 8 }, ["at least -5", "below 8"]],
  [{ pattern: "^a$", default: null }, ["matches `^a$`"]],
  [{ default: "" }, []],
])("says the limits of %j", (schema, texts) => {
  expect(limitsOf(schema)).toEqual(texts);
});

it("puts required fields first", () => {
  expect(fieldsOf(shapeOf(DOCUMENT, NODE).schema).map(({ name }) => name)).toEqual(["kind", "size", "next", "tags"]);
});

it("groups operations by tag and sorts them by address and method", () => {
  const groups = groupsOf(DOCUMENT).map(({ name, operations }) => [name, operations.map(({ id }) => id)]);
  expect(groups).toEqual([["Things", ["list_things", "get_thing", "change_thing"]], ["Other", ["other"]]]);
});
