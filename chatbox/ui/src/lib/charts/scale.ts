/** The numbers behind a line chart: round tops, and lines with holes where nothing is known. */

export type Points = readonly (number | null)[];

/** Where the drawing is made: 0 to WIDTH across, 0 (top) to HEIGHT (bottom). */
export const WIDTH = 1000;
export const HEIGHT = 100;

const STEPS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/** The round number at or above the highest point. */
export function topOf(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = STEPS.find((one) => one * power >= value) ?? 10;
  return step * power;
}

export function highestOf(lines: readonly Points[]): number {
  return Math.max(0, ...lines.flatMap((points) => points.filter((one) => one !== null)));
}

export function xOf(index: number, count: number): number {
  return count > 1 ? round((index / (count - 1)) * WIDTH) : WIDTH;
}

export interface Drawn {
  /** SVG paths: the lines, and a dot for each point without neighbours. */
  readonly line: string;
  readonly dots: string;
}

export function draw(points: Points, top: number): Drawn {
  const drawn = { line: "", dots: "" };
  points.forEach((value, index) => {
    if (value === null) return;
    const y = round(HEIGHT - (Math.min(value, top) / top) * HEIGHT);
    const place = `${xOf(index, points.length)} ${y}`;
    const [before, after] = [points[index - 1] ?? null, points[index + 1] ?? null];
    if (before === null && after === null) drawn.dots += `M${place}h0`;
    else drawn.line += `${before === null ? "M" : "L"}${place}`;
  });
  return drawn;
}

/** The newest point that is known, from an index on backwards. */
export function lastKnown(points: Points): number | null {
  for (let index = points.length - 1; index >= 0; index -= 1) {
    const value = points[index] ?? null;
    if (value !== null) return value;
  }
  return null;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
