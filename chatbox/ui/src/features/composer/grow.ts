/**
 * A textarea as tall as its text, within CSS limits. Browsers with `field-sizing` do it themselves;
 * for the others the height is measured, except where the text surely exceeds the limit.
 */
const NATIVE = typeof CSS !== "undefined" && CSS.supports("field-sizing", "content");
const SURELY_TALL = 4_000;

export function fit(area: HTMLTextAreaElement): void {
  if (NATIVE) return;
  if (area.value.length > SURELY_TALL) {
    area.style.setProperty("block-size", "40dvh");
    return;
  }
  area.style.setProperty("block-size", "auto");
  area.style.setProperty("block-size", `${area.scrollHeight + 2}px`);
}
