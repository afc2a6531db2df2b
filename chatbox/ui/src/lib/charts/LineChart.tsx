/**
 * A line chart: one or two lines over time. The drawing stretches to its place; words are HTML
 * around it. Arrow keys or the pointer read single points, and a table says the same.
 */
import { useId, useState } from "preact/hooks";
import { formatDateTime, formatTime, t } from "../i18n";
import { DataTwin } from "./DataTwin";
import { draw, HEIGHT, highestOf, lastKnown, topOf, WIDTH, xOf, type Points } from "./scale";

export interface Line {
  readonly label: string;
  readonly points: Points;
  /** Something to worry about: drawn in the colour of danger, and dashed. */
  readonly isBad?: boolean;
}

export interface LineChartProps {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Milliseconds since 1970 of the last point, and between two points. */
  readonly until: number;
  readonly step: number;
  readonly format: (value: number) => string;
}

interface CursorProps {
  readonly count: number;
  readonly at: number | null;
  readonly label: string;
  readonly says: (index: number) => string;
  readonly onMove: (at: number | null) => void;
}

/** Lies over the drawing and chooses a point; to a screen reader it is a slider over time. */
function Cursor({ count, at, label, says, onMove }: CursorProps) {
  const now = at ?? count - 1;
  const move = (event: KeyboardEvent): void => {
    const target = { ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1, PageDown: now - 30, PageUp: now + 30, Home: 0, End: count - 1 }[event.key];
    if (event.key === "Escape") onMove(null);
    if (target === undefined) return;
    event.preventDefault();
    onMove(Math.max(0, Math.min(count - 1, target)));
  };
  const point = (event: PointerEvent & { readonly currentTarget: HTMLElement }): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const index = Math.round(((event.clientX - left) / width) * (count - 1));
    onMove(Math.max(0, Math.min(count - 1, index)));
  };
  return (
    <div
      class="chart-cursor"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={count - 1}
      aria-valuenow={now}
      aria-valuetext={says(now)}
      onKeyDown={move}
      onPointerMove={point}
      onPointerDown={point}
      onPointerLeave={() => onMove(null)}
      onBlur={() => onMove(null)}
    />
  );
}

function Drawing({ line, top }: { readonly line: Line; readonly top: number }) {
  const drawn = draw(line.points, top);
  return (
    <g class={line.isBad ? "chart-bad" : ""}>
      <path class="chart-line" d={drawn.line} />
      <path class="chart-dots" d={drawn.dots} />
    </g>
  );
}

export function LineChart({ title, lines, until, step, format }: LineChartProps) {
  const id = useId();
  const [at, setAt] = useState<number | null>(null);
  const count = lines[0]?.points.length ?? 0;
  const top = topOf(highestOf(lines.map((line) => line.points)));
  const timeOf = (index: number): number => until - (count - 1 - index) * step;
  const show = (value: number | null): string => (value === null ? "—" : format(value));
  const valueOf = (line: Line): number | null => (at === null ? lastKnown(line.points) : (line.points[at] ?? null));
  const says = (index: number): string =>
    `${formatTime(timeOf(index))}: ${lines.map((line) => `${line.label} ${show(line.points[index] ?? null)}`).join(", ")}`;
  return (
    <figure class="chart">
      <figcaption class="chart-head">
        <h3 id={`${id}-name`}>{title}</h3>
        <p class="chart-values">
          {lines.map((line) => (
            <span key={line.label} class={line.isBad ? "chart-key chart-bad" : "chart-key"}>
              {line.label} <strong>{show(valueOf(line))}</strong>
            </span>
          ))}
        </p>
      </figcaption>
      <div class="chart-plot">
        <span class="chart-top">{format(top)}</span>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-labelledby={`${id}-name ${id}-desc`}>
          <title>{title}</title>
          <desc id={`${id}-desc`}>
            {t("server.chart_desc", { from: formatDateTime(timeOf(0)), to: formatDateTime(until), top: format(highestOf(lines.map((line) => line.points))), last: says(count - 1) })}
          </desc>
          <path class="chart-grid" d={`M0 0H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT}H${WIDTH}`} />
          {at !== null && <path class="chart-at" d={`M${xOf(at, count)} 0V${HEIGHT}`} />}
          {lines.map((line) => (
            <Drawing key={line.label} line={line} top={top} />
          ))}
        </svg>
        <Cursor count={count} at={at} label={t("server.chart_read", { title })} says={says} onMove={setAt} />
      </div>
      <p class="chart-times" aria-hidden="true">
        <span>{formatTime(timeOf(0))}</span>
        {at !== null && <span>{formatTime(timeOf(at))}</span>}
        <span>{formatTime(until)}</span>
      </p>
      <DataTwin title={title} lines={lines} timeOf={timeOf} show={show} />
    </figure>
  );
}
