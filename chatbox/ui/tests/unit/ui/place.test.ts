/** Floating boxes stay on the screen. */
import { expect, test } from "vitest";
import { spot } from "../../../src/lib/ui/place";

const view = { width: 400, height: 600 };
const box = { width: 200, height: 100 };
const how = { placement: "bottom-start" as const, gap: 4, rtl: false };

test("below its anchor when there is room", () => {
  expect(spot({ left: 20, top: 100, width: 80, height: 30 }, box, view, how)).toMatchObject({ left: 20, top: 134 });
});
test("flipped above when there is more room there", () => {
  expect(spot({ left: 20, top: 550, width: 80, height: 30 }, box, view, how)).toMatchObject({ top: 446 });
});
test("shifted back from the edge", () => {
  expect(spot({ left: 380, top: 100, width: 10, height: 30 }, box, view, how).left).toBe(192);
});
test("mirrored from right to left", () => {
  expect(spot({ left: 300, top: 100, width: 80, height: 30 }, box, view, { ...how, rtl: true }).left).toBe(180);
});
test("as tall as the room allows", () => {
  expect(spot({ left: 20, top: 400, width: 80, height: 30 }, { width: 200, height: 900 }, view, how).maxHeight).toBe(388);
});
