/** The form that tries an operation: fields for its parameters, its body, and what came back. */
import { copyText } from "../lib/platform/clipboard.ts";
import { sendInto } from "./answer.ts";
import { announce, button, el } from "./dom.ts";
import { fullExample, smallExample } from "./example.ts";
import type { OpenApi, Operation, Parameter } from "./openapi.ts";
import { curlOf, type Draft, keyOf } from "./request.ts";
import { shapeOf, typeText } from "./schema.ts";

type Control = HTMLInputElement | HTMLSelectElement;

/** Ids that were typed once, so that the next operation on the same object is filled in. */
const remembered = new Map<string, string>();

export function tryView(document: OpenApi, operation: Operation): HTMLElement {
  const controls = new Map<string, Control>();
  const form = el("form", { class: "try", "aria-label": `Try ${operation.summary}` }, el("h4", {}, "Try it"));
  for (const parameter of operation.parameters) {
    const control = controlFor(document, operation, parameter);
    controls.set(keyOf(parameter), control);
    form.append(el("div", { class: "control" }, labelFor(control.id, parameter), control, suggestions(control.id, parameter)));
  }
  const body = operation.body ? el("textarea", { id: `${operation.id}-body`, rows: "6", spellcheck: "false", autocomplete: "off" }) : null;
  if (body) form.append(bodyView(document, operation, body));
  const answer = el("div", { class: "answer" });
  const draft = (): Draft => ({
    operation,
    values: new Map([...controls].map(([key, control]) => [key, control.value.trim()])),
    body: body?.value ?? "",
  });
  form.append(buttons(form, draft, answer), answer);
  return form;
}

function controlFor(document: OpenApi, operation: Operation, parameter: Parameter): Control {
  const { schema } = shapeOf(document, parameter.schema);
  const id = `${operation.id}-${parameter.in}-${parameter.name}`;
  const options = schema.enum?.map(String) ?? (schema.type === "boolean" ? ["true", "false"] : []);
  if (options.length > 0) {
    return el("select", { id }, el("option", { value: "" }, "as by default"), ...options.map((value) => el("option", {}, value)));
  }
  const input = el("input", {
    id, type: "text", autocomplete: "off", spellcheck: "false", autocapitalize: "off",
    required: parameter.required === true,
    inputmode: schema.type === "integer" ? "numeric" : "text",
    placeholder: schema.default ? String(schema.default) : "",
    list: schema.examples ? `${id}-examples` : false,
  });
  if (parameter.in === "path") {
    input.value = remembered.get(parameter.name) ?? "";
    input.addEventListener("input", () => remembered.set(parameter.name, input.value));
    input.addEventListener("focus", () => { input.value ||= remembered.get(parameter.name) ?? ""; });
  }
  return input;
}

function suggestions(id: string, { schema: { examples } }: Parameter): HTMLElement | null {
  return examples ? el("datalist", { id: `${id}-examples` }, ...examples.map((value) => el("option", { value: String(value) }))) : null;
}

function labelFor(id: string, { name, in: where, required }: Parameter): HTMLElement {
  return el("label", { for: id }, el("code", {}, name), el("span", { class: "quiet" }, `${where}${required === true ? ", required" : ""}`));
}

function bodyView(document: OpenApi, operation: Operation, area: HTMLTextAreaElement): HTMLElement {
  const schema = operation.body ?? {};
  const fill = (value: unknown): void => { area.value = JSON.stringify(value, null, 2); };
  const label = el("label", { for: area.id }, el("span", {}, "Body"), el("span", { class: "quiet" }, typeText(document, schema)));
  fill(operation.isBodyRequired ? smallExample(document, schema) : {});
  const choices = el("div", { class: "buttons" },
    button("Required fields", () => fill(smallExample(document, schema)), "small"),
    button("All fields", () => fill(fullExample(document, schema)), "small"));
  return el("div", { class: "control" }, label, area, choices);
}

function buttons(form: HTMLFormElement, draft: () => Draft, answer: HTMLElement): HTMLElement {
  let running: AbortController | null = null;
  const send = el("button", { type: "submit", class: "button primary" }, "Send");
  const copy = button("Copy as curl", () => {
    void copyText(curlOf(draft(), location.origin)).then((done) => {
      copy.textContent = done ? "Copied" : "Not copied";
      announce(done ? "The curl command is on the clipboard." : "The browser does not let this page copy.");
      setTimeout(() => { copy.textContent = "Copy as curl"; }, 2000);
    });
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (running) return running.abort();
    running = new AbortController();
    send.textContent = "Stop";
    void sendInto(answer, draft(), running.signal).finally(() => {
      running = null;
      send.textContent = "Send";
    });
  });
  return el("div", { class: "buttons" }, send, copy);
}
