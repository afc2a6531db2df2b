/** Short messages at the lower edge. The clock stops while a toast is hovered or focused. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../../lib/i18n";
import { toasts, type Toast } from "../../lib/state/toasts";
import { Button, Icon, IconButton, type IconName } from "../../lib/ui";

const ICONS: Readonly<Record<Toast["kind"], IconName | null>> = { info: null, success: "check", error: "alert" };

function ToastView({ toast }: { readonly toast: Toast }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => toasts.dismiss(toast.id), toast.duration);
    return () => clearTimeout(timer);
  }, [held, toast]);
  const icon = ICONS[toast.kind];
  return (
    <li
      class={`toast toast-${toast.kind}`}
      role={toast.kind === "error" ? "alert" : undefined}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocusIn={() => setHeld(true)}
      onFocusOut={() => setHeld(false)}
    >
      {icon && <Icon name={icon} size={18} />}
      <span class="toast-text">{toast.text}</span>
      {toast.action && (
        <Button kind="quiet" size="sm" onClick={() => toasts.act(toast.id)}>
          {toast.action.label}
        </Button>
      )}
      <IconButton icon="x" size="sm" label={t("ui.dismiss")} tip={null} onClick={() => toasts.dismiss(toast.id)} />
    </li>
  );
}

export function ToastRegion() {
  return (
    <section class="shell-toasts" aria-label={t("shell.notifications")}>
      <ol class="toasts" aria-live="polite" aria-relevant="additions">
        {toasts.items.value.map((toast) => (
          <ToastView toast={toast} key={toast.id} />
        ))}
      </ol>
    </section>
  );
}
