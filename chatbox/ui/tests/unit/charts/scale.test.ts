/** Scales and lines of charts. */
import { describe, expect, test } from "vitest";
import { draw, highestOf, lastKnown, topOf, xOf } from "../../../src/lib/charts/scale";

test.each([
  [0, 1],
  [1, 1],
  [1.2, 1.5],
  [2.2, 3],
  [7, 8],
  [10, 10],
  [11, 15],
  [0.045, 0.05],
  [301_000_000, 400_000_000],
  [Number.NaN, 1],
])("the top of a chart up to %s is %s", (highest, top) => expect(topOf(highest)).toBeCloseTo(top));

describe("a line", () => {
  test("goes from left to right, the top at 0", () => expect(draw([0, 5, 10], 10)).toEqual({ line: "M0 100L500 50L1000 0", dots: "" }));
  test("has holes where nothing is known", () => expect(draw([1, 1, null, 1, 1], 1).line).toBe("M0 0L250 0M750 0L1000 0"));
  test("shows a point alone as a dot", () => expect(draw([null, 1, null], 1)).toEqual({ line: "", dots: "M500 0h0" }));
  test("does not leave its place", () => expect(draw([20, 0], 10).line).toBe("M0 0L1000 100"));
  test("of nothing is nothing", () => expect(draw([null, null], 1)).toEqual({ line: "", dots: "" }));
});

test("one point stands at the end", () => expect(xOf(0, 1)).toBe(1000));
test("the highest of nothing is zero", () => expect(highestOf([[null], []])).toBe(0));
test("the last known point may be older", () => {
  expect(lastKnown([1, 2, null])).toBe(2);
  expect(lastKnown([null])).toBeNull();
});
