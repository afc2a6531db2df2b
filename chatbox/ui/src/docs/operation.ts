/** One operation: a line that opens to its parameters, body, answers and the form that tries it. */
import { el, inline, paragraphs } from "./dom.ts";
import { schemaView } from "./fields.ts";
import type { Answer, OpenApi, Operation } from "./openapi.ts";
import { limitsOf, shapeOf, typeText } from "./schema.ts";
import { tryView } from "./try.ts";

export function operationView(document: OpenApi, operation: Operation): HTMLDetailsElement {
  const { method, path, summary, id } = operation;
  const line = el("summary", {}, methodView(method), el("h3", {}, el("span", { class: "path" }, ...pathView(path)), el("span", { class: "title" }, summary)));
  const details = el("details", { class: "operation", id }, line);
  // The inside is made when it is first needed: forty operations would be thousands of elements.
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(contentOf(document, operation));
  });
  return details;
}

export function methodView(method: string): HTMLElement {
  return el("span", { class: `method method-${method.toLowerCase()}` }, method);
}

/** The address may break after each slash. */
function pathView(path: string): (Node | string)[] {
  return path.split(/(?<=\/)|(?=\/)/).flatMap((part) => [part.startsWith("{") ? el("var", {}, part) : part, part === "/" ? el("wbr") : ""]);
}

function contentOf(document: OpenApi, operation: Operation): HTMLElement {
  const about = el("div", { class: "about-operation" }, ...paragraphs(operation.description));
  if (operation.parameters.length > 0) about.append(parametersView(document, operation));
  if (operation.body) {
    const note = operation.isBodyRequired ? "" : " (optional)";
    about.append(el("h4", {}, `Body${note}`), schemaView(document, operation.body, true));
  }
  about.append(el("h4", {}, "Answers"), ...operation.responses.map(([status, answer]) => answerView(document, status, answer)));
  return el("div", { class: "operation-content" }, about, tryView(document, operation));
}

function parametersView(document: OpenApi, { parameters, summary }: Operation): DocumentFragment {
  const rows = parameters.map((parameter) => {
    const { schema } = shapeOf(document, parameter.schema);
    const limits = limitsOf(schema).join("; ");
    const type = el("td", {}, el("span", { class: "type" }, typeText(document, parameter.schema)));
    if (limits !== "") type.append(el("span", { class: "limits" }, ...inline(limits)));
    return el("tr", {},
      el("th", { scope: "row" }, el("code", {}, parameter.name)),
      el("td", {}, parameter.in, parameter.required === true ? el("span", { class: "required" }, "required") : null),
      type,
      el("td", {}, ...inline(parameter.description ?? schema.description ?? "")));
  });
  const head = el("tr", {}, ...["Name", "Where", "Type", "Meaning"].map((text) => el("th", { scope: "col" }, text)));
  const table = el("table", {}, el("caption", { class: "visually-hidden" }, `Parameters of ${summary}`), el("thead", {}, head), el("tbody", {}, ...rows));
  const part = new DocumentFragment();
  part.append(el("h4", {}, "Parameters"), el("div", { class: "table" }, table));
  return part;
}

function answerView(document: OpenApi, status: string, { description, content = {} }: Answer): HTMLElement {
  const kinds = Object.entries(content);
  const isGood = status.startsWith("2");
  const head = [el("code", { class: isGood ? "good" : "bad" }, status), " ", el("span", {}, ...inline(description))];
  if (kinds.length === 0) return el("p", { class: "answer-line" }, ...head);
  const details = el("details", { class: "answer-line" }, el("summary", {}, el("span", {}, ...head)));
  for (const [kind, { schema }] of kinds) {
    details.append(el("p", { class: "quiet" }, kind));
    if (schema && kind !== "text/event-stream") details.append(schemaView(document, schema, false));
  }
  return details;
}
