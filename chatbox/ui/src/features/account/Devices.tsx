/** Where one is signed in; every login can be ended from here. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../../lib/api/client";
import { describeError } from "../../lib/api/errors";
import type { Login } from "../../lib/api/types";
import { focusHeading } from "../../lib/a11y";
import { formatAgo, formatDateTime, t } from "../../lib/i18n";
import { Badge, Button, ErrorState, Icon, Skeleton } from "../../lib/ui";
import { goodbye } from "../auth";
import { deviceName } from "./device";
import { attempt, Page } from "./parts";

function Line({ login, onEnd }: { readonly login: Login; readonly onEnd: () => void }) {
  const name = deviceName(login.device) || t("account.device_unknown");
  return (
    <li>
      <Icon name={login.kind === "api" ? "key" : /iPhone|iPad|Android/.test(login.device) ? "phone" : "monitor"} />
      <span class="account-line">
        <span>
          {name} {login.current && <Badge tone="accent">{t("account.device_current")}</Badge>} {login.kind === "api" && <Badge tone="neutral">{t("account.device_program")}</Badge>}
        </span>
        <small>
          {t("account.device_used", { ago: formatAgo(login.used_at), address: login.address || "—" })}
          {" · "}
          {t("account.device_since", { time: formatDateTime(login.created_at) })}
        </small>
      </span>
      <Button size="sm" onClick={onEnd}>
        {t("shell.sign_out")}
        <span class="visually-hidden"> {name}</span>
      </Button>
    </li>
  );
}

export function Devices() {
  const [logins, setLogins] = useState<readonly Login[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const load = (): Promise<void> => {
    setProblem(null);
    return api.get<{ items: Login[] }>("/auth/logins").then(
      ({ items }) => setLogins(items),
      (error: unknown) => setProblem(describeError(error)),
    );
  };
  useEffect(() => void load(), []);
  const end = async (path: string, done: string): Promise<void> => {
    if (await attempt(() => api.del(path), done)) await load();
    focusHeading(document.querySelector(".settings-body") ?? document);
  };
  const endOne = (login: Login): void => {
    if (login.current) void api.del(`/auth/logins/${login.id}`).then(goodbye);
    else void end(`/auth/logins/${login.id}`, t("account.device_ended"));
  };
  const others = logins?.filter((one) => !one.current).length ?? 0;
  return (
    <Page
      title={t("settings.nav_devices")}
      intro={t("account.devices_intro")}
      actions={
        others > 0 && (
          <Button kind="danger" onClick={() => void end("/auth/logins", t("account.devices_ended"))}>
            {t("account.devices_end")}
          </Button>
        )
      }
    >
      {problem !== null && <ErrorState title={t("settings.load_failed")} detail={problem} onRetry={() => void load()} />}
      {logins === null && problem === null && <Skeleton kind="card" lines={3} />}
      <ul class="account-list">
        {logins?.map((login) => (
          <Line key={login.id} login={login} onEnd={() => endOne(login)} />
        ))}
      </ul>
    </Page>
  );
}
