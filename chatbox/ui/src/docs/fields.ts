/** A schema as a tree of fields; objects inside open on demand, which ends recursive schemas too. */
import { type Child, el, inline } from "./dom.ts";
import type { OpenApi, Schema } from "./openapi.ts";
import { type Field, fieldsOf, limitsOf, shapeOf, typeText } from "./schema.ts";

/** The schema's type, description and fields; what is required matters in requests only. */
export function schemaView(document: OpenApi, given: Schema, isRequest: boolean): HTMLElement {
  const { schema, nullable } = shapeOf(document, given);
  const head = el("p", { class: "schema-head" },
    el("code", { class: "type" }, typeText(document, given)), " ", ...inline(schema.description ?? ""), nullable ? " May be null." : null);
  return el("div", { class: isRequest ? "schema request" : "schema" }, head, inside(document, given));
}

/** The fields of an object, of a list's items, or of each alternative; null for plain values. */
function inside(document: OpenApi, given: Schema): HTMLElement | null {
  const { schema, choices } = shapeOf(document, given);
  if (choices.length > 0) {
    const lists = choices.map((choice) => alternative(document, choice)).filter((list) => list !== null);
    return lists.length > 0 ? el("ul", { class: "fields" }, ...lists) : null;
  }
  if (schema.type === "array" && schema.items) return inside(document, schema.items);
  const fields = fieldsOf(schema);
  return fields.length > 0 ? el("ul", { class: "fields" }, ...fields.map((field) => row(document, field))) : null;
}

function alternative(document: OpenApi, choice: Schema): HTMLElement | null {
  const { schema } = shapeOf(document, choice);
  const head = [el("code", { class: "type" }, typeText(document, choice)), " ", ...inline(schema.description ?? "")];
  return el("li", {}, foldable(head, () => inside(document, choice), isDeep(document, choice)));
}

function row(document: OpenApi, { name, schema, isRequired }: Field): HTMLElement {
  const shape = shapeOf(document, schema);
  const head: Child[] = [
    el("code", { class: "name" }, name), " ", el("span", { class: "type" }, typeText(document, schema)),
    isRequired ? el("span", { class: "required" }, "required") : null,
  ];
  const text = shape.schema.description ?? "";
  const limits = limitsOf(shape.schema).join("; ");
  const more: Child[] = [];
  if (text !== "") more.push(el("span", { class: "about" }, ...inline(text)));
  if (limits !== "") more.push(el("span", { class: "limits" }, ...inline(limits)));
  return el("li", {}, foldable([...head, ...more], () => inside(document, schema), isDeep(document, schema)));
}

/** A line that opens when there is something inside, made when it is first opened. */
function foldable(head: Child[], fill: () => HTMLElement | null, isFoldable: boolean): HTMLElement {
  if (!isFoldable) return el("div", { class: "field" }, ...head);
  const details = el("details", { class: "field" }, el("summary", {}, el("span", {}, ...head)));
  details.addEventListener("toggle", () => {
    const filled = details.childElementCount === 1 ? fill() : null;
    if (filled) details.append(filled);
  });
  return details;
}

function isDeep(document: OpenApi, given: Schema): boolean {
  const { schema, choices } = shapeOf(document, given);
  if (choices.length > 0) return choices.some((choice) => isDeep(document, choice));
  if (schema.type === "array" && schema.items) return isDeep(document, schema.items);
  return Object.keys(schema.properties ?? {}).length > 0;
}
