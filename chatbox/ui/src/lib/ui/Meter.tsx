/** A thin bar that shows a share; the words next to it say the same. */
import { useLayoutEffect, useRef } from "preact/hooks";

export interface MeterProps {
  readonly label: string;
  readonly value: number;
  readonly max: number;
  /** What a screen reader says instead of the bare number. */
  readonly text: string;
}

export function Meter({ label, value, max, text }: MeterProps) {
  const fill = useRef<HTMLSpanElement>(null);
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  useLayoutEffect(() => fill.current?.style.setProperty("inline-size", `${share * 100}%`), [share]);
  const level = share >= 0.95 ? "danger" : share >= 0.8 ? "warn" : "calm";
  return (
    <span class={`ui-meter ui-meter-${level}`} role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={max} aria-valuenow={value} aria-valuetext={text}>
      <span class="ui-meter-fill" ref={fill} />
    </span>
  );
}
