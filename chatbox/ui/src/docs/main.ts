/** The API reference: reads /schema/openapi.json and lists every operation, to read and to try. */
import "./docs.css";
import { announce, el, paragraphs } from "./dom.ts";
import { type Group, groupsOf, type OpenApi, type Operation } from "./openapi.ts";
import { methodView, operationView } from "./operation.ts";

const DOCUMENT = "/schema/openapi.json";

interface Entry {
  words: string;
  elements: HTMLElement[];
  section: HTMLElement[];
}

async function start(place: HTMLElement): Promise<void> {
  try {
    const response = await fetch(DOCUMENT);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    show(place, (await response.json()) as OpenApi);
  } catch (failure) {
    const why = failure instanceof Error ? failure.message : "the connection failed";
    place.replaceChildren(el("main", { class: "failure" }, el("h1", {}, "The API reference is not here"), el("p", { role: "alert" }, `Reading ${DOCUMENT} failed: ${why}. Reload the page to try again.`)));
  }
}

function show(place: HTMLElement, api: OpenApi): void {
  const groups = groupsOf(api);
  const entries: Entry[] = [];
  const nav = el("nav", { "aria-label": "Operations" });
  const main = el("main", { id: "operations", tabindex: "-1" }, introduction(api));
  for (const group of groups) addGroup(api, group, nav, main, entries);
  const none = el("p", { class: "quiet", hidden: true }, "No operation matches. Clear the filter to see all of them.");
  main.append(none);
  const side = el("header", { class: "side" }, el("p", { class: "brand" }, el("a", { href: "/" }, "chatbox"), " API"), filterBox(entries, none), nav);
  place.replaceChildren(el("a", { class: "skip", href: "#operations" }, "Skip to the operations"), side, main);
  window.addEventListener("hashchange", openTarget);
  openTarget();
}

function introduction({ info }: OpenApi): HTMLElement {
  return el("div", { class: "introduction" },
    el("h1", {}, `${info.title} API`, el("span", { class: "version" }, info.version)),
    ...paragraphs(info.description ?? ""),
    el("p", {}, "Address: ", el("code", {}, location.origin), ". ", el("a", { href: DOCUMENT }, "OpenAPI document"), ". Requests sent from this page act on your real data."));
}

function addGroup(api: OpenApi, group: Group, nav: HTMLElement, main: HTMLElement, entries: Entry[]): void {
  const section = el("section", { "aria-labelledby": `tag-${group.name}` }, el("h2", { id: `tag-${group.name}` }, group.name), ...paragraphs(group.description));
  const list = el("ul");
  const listed = el("div", { class: "nav-group" }, el("h2", {}, group.name), list);
  for (const operation of group.operations) {
    const details = operationView(api, operation);
    details.addEventListener("toggle", () => { if (details.open) history.replaceState(null, "", `#${operation.id}`); });
    const item = el("li", {}, el("a", { href: `#${operation.id}` }, methodView(operation.method), el("span", {}, el("span", { class: "title" }, operation.summary), el("span", { class: "path" }, operation.path))));
    section.append(details);
    list.append(item);
    entries.push({ words: wordsOf(operation), elements: [details, item], section: [section, listed] });
  }
  main.append(section);
  nav.append(listed);
}

function wordsOf({ method, path, id, summary, description, tag, parameters }: Operation): string {
  return [method, path, id, summary, description, tag, ...parameters.map(({ name }) => name)].join(" ").toLowerCase();
}

function filterBox(entries: Entry[], none: HTMLElement): HTMLElement {
  const input = el("input", { id: "filter", type: "search", autocomplete: "off", spellcheck: "false", placeholder: "Filter operations" });
  input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const sections = new Set(entries.flatMap((entry) => entry.section));
    sections.forEach((section) => { section.hidden = true; });
    let count = 0;
    for (const { words, elements, section } of entries) {
      const isShown = wanted.every((word) => words.includes(word));
      for (const element of elements) element.hidden = !isShown;
      if (!isShown) continue;
      count += 1;
      for (const element of section) element.hidden = false;
    }
    none.hidden = count > 0;
    announce(count === 1 ? "1 operation" : `${count} operations`);
  });
  return el("div", { class: "filter" }, el("label", { for: "filter", class: "visually-hidden" }, "Filter operations"), input);
}

/** A link to an operation opens it. */
function openTarget(): void {
  const target = document.getElementById(location.hash.slice(1));
  if (!(target instanceof HTMLDetailsElement)) return;
  target.open = true;
  target.scrollIntoView({ block: "start" });
  target.querySelector("summary")?.focus({ preventScroll: true });
}

const place = document.getElementById("docs");
if (place) void start(place);
