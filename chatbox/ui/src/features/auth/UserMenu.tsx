/** Who is signed in, with the way to the account and out. Not there where nobody signs in. */
import { useRef, useState } from "preact/hooks";
import { describeError } from "../../lib/api/errors";
import { t } from "../../lib/i18n";
import { navigate } from "../../lib/router";
import { signOut } from "./leaving";
import { may, me } from "../../lib/state/me";
import { toasts } from "../../lib/state/toasts";
import { Icon, Menu } from "../../lib/ui";

const leave = (): void => void signOut().catch((error: unknown) => toasts.show({ kind: "error", text: describeError(error) }));

export function UserMenu() {
  const anchor = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const user = me.value;
  if (user === null) return null;
  return (
    <>
      <button type="button" class="side-footlink side-user" ref={anchor} aria-haspopup="menu" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon name="user" size={18} />
        <span class="side-user-name">{user.name || user.username}</span>
        <small>{t(`shell.role_${user.role}`)}</small>
      </button>
      {isOpen && (
        <Menu
          anchor={anchor}
          label={t("shell.account")}
          placement="top-start"
          onClose={() => setOpen(false)}
          items={[
            { id: "account", label: t("shell.account"), icon: "user", onSelect: () => navigate("/settings/profile") },
            ...(may("operate") ? [{ id: "admin", label: t("shell.admin"), icon: "users" as const, onSelect: () => navigate("/admin/people") }] : []),
            { id: "leave", label: t("shell.sign_out"), icon: "exit", onSelect: leave },
          ]}
        />
      )}
    </>
  );
}
