/** A small OpenAPI document with everything the reference must be able to read. */
import type { OpenApi, Operation } from "../../../src/docs/openapi";
import { groupsOf } from "../../../src/docs/openapi";

export const DOCUMENT: OpenApi = {
  info: { title: "test", version: "1" },
  tags: [{ name: "Things", description: "All of them." }, { name: "Unused" }],
  paths: {
    "/things/{thing_id}": {
      patch: {
        operationId: "change_thing",
        tags: ["Things"],
        parameters: [
          { name: "thing_id", in: "path", required: true, schema: { type: "string" } },
          { name: "If-Match", in: "header", schema: { type: "string" } },
          { name: "from", in: "query", schema: { type: "string" } },
        ],
        requestBody: { required: true, content: { "application/json": { schema: { $ref: "#/components/schemas/Change" } } } },
        responses: { default: { description: "wrong" }, "200": { description: "good", content: { "text/event-stream": {} } } },
      },
      get: { operationId: "get_thing", tags: ["Things"], responses: { "200": { description: "good" } } },
    },
    "/things": { get: { operationId: "list_things", tags: ["Things"], responses: { "200": { description: "good" } } } },
    "/other": { get: { operationId: "other", responses: { "200": { description: "good" } } } },
  },
  components: {
    schemas: {
      Change: {
        type: "object",
        properties: {
          id: { anyOf: [{ type: "string", minLength: 36, maxLength: 36 }, { type: "null" }], default: null },
          title: { type: "string", minLength: 1, maxLength: 5, examples: ["Ideas"] },
          node: { description: "Another place", $ref: "#/components/schemas/Node" },
        },
      },
      Node: {
        type: "object",
        description: "A node",
        required: ["kind", "size"],
        properties: {
          next: { anyOf: [{ $ref: "#/components/schemas/Node" }, { type: "null" }] },
          kind: { enum: ["leaf", "branch"] },
          size: { type: "integer", minimum: 2, maximum: 9 },
          tags: { type: "array", items: { type: "string" }, maxItems: 16, default: [] },
        },
      },
    },
  },
};

export function operation(id: string): Operation {
  const found = groupsOf(DOCUMENT).flatMap((group) => group.operations).find((one) => one.id === id);
  if (!found) throw new Error(`no operation ${id}`);
  return found;
}
