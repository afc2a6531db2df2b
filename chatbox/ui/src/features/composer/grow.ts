/**
 * A textarea as tall as its text, within CSS limits. Browsers with `field-sizing` do it themselves;
 * for the others the height is measured, except where the text surely exceeds the limit.
 */
const NATIVE = typeof CSS !== "undefined" && CSS.supports("field-sizing", "content");
const SURELY_TALL = 4_000;

const RTL = /^[^\p{L}]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;
const LOOKED_AT = 200;

/** Adapts the box to its text: height, direction, and what long text cannot afford. */
export function fit(area: HTMLTextAreaElement): void {
  // `dir="auto"` costs Chromium over a second on 20,000 pasted lines; the start of the text is enough.
  const direction = RTL.test(area.value.slice(0, LOOKED_AT)) ? "rtl" : "ltr";
  if (area.value !== "" && area.dir !== direction) area.dir = direction;
  if (area.value === "") area.removeAttribute("dir");
  const isLong = area.value.length > SURELY_TALL;
  if (area.spellcheck === isLong) area.spellcheck = !isLong;
  if (NATIVE) return;
  if (area.value.length > SURELY_TALL) {
    area.style.setProperty("block-size", "40dvh");
    return;
  }
  area.style.setProperty("block-size", "auto");
  area.style.setProperty("block-size", `${area.scrollHeight + 2}px`);
}
