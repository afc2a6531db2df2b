/** What a chart shows, as a table: made when it is opened, newest first, without empty rows. */
import { useState } from "preact/hooks";
import { formatDateTime, t } from "../i18n";
import type { Line } from "./LineChart";

interface DataTwinProps {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly timeOf: (index: number) => number;
  readonly show: (value: number | null) => string;
}

export function DataTwin({ title, lines, timeOf, show }: DataTwinProps) {
  const [isOpen, setOpen] = useState(false);
  const count = lines[0]?.points.length ?? 0;
  const known = Array.from({ length: count }, (_, index) => count - 1 - index).filter((index) => lines.some((line) => (line.points[index] ?? null) !== null));
  return (
    <details class="chart-twin" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {t("server.chart_table")}
        <span class="visually-hidden">: {title}</span>
      </summary>
      {isOpen && (
        <div class="chart-table" tabIndex={0} role="region" aria-label={title}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("server.chart_time")}</th>
                {lines.map((line) => (
                  <th scope="col" key={line.label}>
                    {line.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {known.map((index) => (
                <tr key={timeOf(index)}>
                  <th scope="row">{formatDateTime(timeOf(index))}</th>
                  {lines.map((line) => (
                    <td key={line.label}>{show(line.points[index] ?? null)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
