/** The edge of the sidebar: drag it, or use the arrow keys. */
import { useRef } from "preact/hooks";
import { t } from "../../lib/i18n";
import { DEFAULT_WIDTH, MAX_WIDTH, MIN_WIDTH, resizeSidebar, sidebarWidth } from "./layout";

const STEP = 16;

export function Resizer() {
  const start = useRef<{ x: number; width: number; sign: number } | null>(null);
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }): void => {
    const sign = getComputedStyle(event.currentTarget).direction === "rtl" ? -1 : 1;
    const now = sidebarWidth.peek();
    const steps: Record<string, number> = {
      ArrowRight: now + STEP * sign,
      ArrowLeft: now - STEP * sign,
      Home: MIN_WIDTH,
      End: MAX_WIDTH,
      Enter: DEFAULT_WIDTH,
    };
    const next = steps[event.key];
    if (next === undefined || event.isComposing) return;
    event.preventDefault();
    resizeSidebar(next);
  };
  return (
    <div
      class="shell-resizer"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t("shell.resize_sidebar")}
      aria-valuemin={MIN_WIDTH}
      aria-valuemax={MAX_WIDTH}
      aria-valuenow={sidebarWidth.value}
      onKeyDown={onKeyDown}
      onDblClick={() => resizeSidebar(DEFAULT_WIDTH)}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        const sign = getComputedStyle(event.currentTarget).direction === "rtl" ? -1 : 1;
        start.current = { x: event.clientX, width: sidebarWidth.peek(), sign };
      }}
      onPointerMove={(event) => {
        const from = start.current;
        if (from) resizeSidebar(from.width + (event.clientX - from.x) * from.sign);
      }}
      onPointerUp={() => (start.current = null)}
      onPointerCancel={() => (start.current = null)}
    />
  );
}
