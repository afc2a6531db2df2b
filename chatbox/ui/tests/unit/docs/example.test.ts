/** Examples are valid for their schema, and end where schemas do not. */
import { expect, it } from "vitest";
import { fullExample, smallExample } from "../../../src/docs/example";
import { DOCUMENT } from "./fixture";

const CHANGE = { $ref: "#/components/schemas/Change" };
const NODE = { $ref: "#/components/schemas/Node" };

it("fills the required fields only", () => {
  expect(smallExample(DOCUMENT, NODE)).toEqual({ kind: "leaf", size: 2 });
});

it("fills the first field that is no id when none is required", () => {
  expect(smallExample(DOCUMENT, CHANGE)).toEqual({ title: "Ideas" });
});

it("fills every field, and recursive ones to a depth", () => {
  const whole = fullExample(DOCUMENT, CHANGE);
  expect(whole).toMatchObject({ id: "00000000-0000-7000-8000-000000000000", title: "Ideas", node: { kind: "leaf", size: 2, tags: ["text"] } });
  expect(JSON.stringify(whole).length).toBeLessThan(1000);
});

it.each([
  [{ type: "string", minLength: 6 }, "text--"],
  [{ type: "string", maxLength: 2 }, "te"],
  [{ type: "integer", maximum: 0 }, 0],
  [{ type: "number", minimum: 0.5 }, 1],
  [{ type: "integer", minimum: 256, maximum: 512 }, 256],
  [{ type: "boolean", default: false }, false],
  [{ type: "array", items: { type: "boolean" } }, [true]],
  [{ const: "openai" }, "openai"],
  [{ anyOf: [{ type: "null" }, { type: "boolean" }] }, true],
  [{}, null],
])("makes a value for %j", (schema, value) => {
  expect(smallExample(DOCUMENT, schema)).toEqual(value);
});
