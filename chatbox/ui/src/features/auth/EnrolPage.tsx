/** The server asks for a second factor of this account: nothing else goes on before it is set up. */
import { describeError } from "../../lib/api/errors";
import { t } from "../../lib/i18n";
import { lazy, localPath, place } from "../../lib/router";
import { toasts } from "../../lib/state/toasts";
import { Button } from "../../lib/ui";
import { enter } from "./enter";
import { Frame } from "./Frame";
import { signOut } from "./leaving";

const TotpSetup = lazy(async () => (await import("../account")).TotpSetup);

/** Back to where it was asked for; the sign-in knows where that was. */
function goOn(): void {
  const { path, search, hash } = place.peek();
  const next = new URLSearchParams(search).get("next");
  enter(localPath(next ?? path + search + hash));
}

const leave = (): void => void signOut().catch((error: unknown) => toasts.show({ kind: "error", text: describeError(error) }));

export function EnrolPage() {
  return (
    <Frame
      title={t("auth.enrol_title")}
      lead={t("auth.enrol_text")}
      foot={
        <Button kind="quiet" onClick={leave}>
          {t("shell.sign_out")}
        </Button>
      }
    >
      <TotpSetup onDone={goOn} />
    </Frame>
  );
}
