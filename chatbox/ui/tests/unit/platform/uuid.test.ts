/** Client-made ids have the server's form and sort by time. */
import { expect, test } from "vitest";
import { uuidv4, uuidv7 } from "../../../src/lib/platform/uuid";

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-([47])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("version and variant bits", () => {
  expect(FORM.exec(uuidv4())?.[1]).toBe("4");
  expect(FORM.exec(uuidv7())?.[1]).toBe("7");
});

test("v7 carries the time in milliseconds", () => {
  const id = uuidv7(0x0190_1234_5678);
  expect(id.startsWith("01901234-5678-7")).toBe(true);
  expect(uuidv7(1_700_000_000_001) > uuidv7(1_700_000_000_000)).toBe(true);
});
