/** Which way in the address shows. Every other address leads to the sign-in, and back afterwards. */
import { useEffect } from "preact/hooks";
import { navigate, place, route } from "../../lib/router";
import { boot } from "../../lib/state/boot";
import { me } from "../../lib/state/me";
import { Announcer, ToastRegion } from "../shell";
import { EmailPage } from "./EmailPage";
import { EnrolPage } from "./EnrolPage";
import { LoginPage } from "./LoginPage";
import { InvitationPage, OwnerPage, RegisterPage } from "./NewAccountPages";
import { ResetPage } from "./ResetPage";

/** Puts the sign-in's own address there, so that password managers know it again. */
function ToLogin() {
  useEffect(() => {
    const { path, search, hash } = place.peek();
    const next = path + search + hash;
    navigate(next === "/" ? "/login" : `/login?next=${encodeURIComponent(next)}`, { replace: true });
  }, []);
  return null;
}

function Way() {
  const { name } = route.value;
  if (name === "invitation") return <InvitationPage />;
  if (name === "reset") return <ResetPage />;
  if (name === "email") return <EmailPage />;
  if (me.value?.must_enrol) return <EnrolPage />;
  if (name === "setup" || boot.setup) return <OwnerPage />;
  if (name === "register") return <RegisterPage />;
  return name === "login" ? <LoginPage /> : <ToLogin />;
}

export function Entrance() {
  return (
    <>
      <Way />
      <ToastRegion />
      <Announcer />
    </>
  );
}
