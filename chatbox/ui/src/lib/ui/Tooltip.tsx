/**
 * One tooltip for the whole page. It shows the `data-tip` of whatever the pointer rests on or the
 * keyboard reaches. Rendered once by the shell; labels stay on the controls themselves.
 */
import { useEffect, useRef } from "preact/hooks";
import { place } from "./place";

const DELAY_MS = 450;

export function Tooltip() {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let timer = 0;
    const hide = (): void => {
      clearTimeout(timer);
      if (ref.current?.matches(":popover-open")) ref.current.hidePopover();
    };
    const show = (target: Element): void => {
      const tip = ref.current;
      if (!tip?.showPopover || !(target instanceof HTMLElement) || !target.isConnected) return;
      tip.textContent = target.dataset.tip ?? "";
      tip.showPopover();
      place(tip, target, "bottom", 6);
    };
    const consider = (event: Event): void => {
      hide();
      const target = event.target instanceof Element ? event.target.closest("[data-tip]") : null;
      if (!target) return;
      const byKeyboard = event.type === "focusin";
      if (byKeyboard ? target.matches(":focus-visible") : (event as PointerEvent).pointerType === "mouse") timer = window.setTimeout(show, DELAY_MS, target);
    };
    const events = [["pointerover", consider], ["focusin", consider], ["focusout", hide], ["pointerdown", hide], ["keydown", hide], ["scroll", hide]] as const;
    for (const [name, listener] of events) document.addEventListener(name, listener, { capture: true, passive: true });
    return () => {
      clearTimeout(timer);
      for (const [name, listener] of events) document.removeEventListener(name, listener, { capture: true });
    };
  }, []);
  return <div ref={ref} class="ui-tooltip" popover="manual" aria-hidden="true" />;
}
