/** The document title: unread count, the screen's name, the product's name. */
import { computed, effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const PRODUCT = "chatbox";

const name = signal("");
const count = signal(0);

export const documentTitle = computed(() => {
  const mark = count.value > 0 ? `(${count.value}) ` : "";
  return mark + (name.value ? `${name.value} · ${PRODUCT}` : PRODUCT);
});

/** Names the screen while the calling component is mounted. */
export function useTitle(title: string): void {
  useEffect(() => {
    name.value = title;
  }, [title]);
}

/** Shows how many sessions have something unread. */
export function setTitleCount(unread: number): void {
  count.value = unread;
}

/** Keeps `document.title` current. */
export function startTitle(): () => void {
  return effect(() => {
    document.title = documentTitle.value;
  });
}
