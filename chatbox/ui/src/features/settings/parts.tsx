/** What the settings screens are made of: a titled section, a row with a control, saving. */
import type { SettingsPatch } from "../../lib/api/types";
import { complain } from "../../lib/state/complain";
import { prefs } from "../../lib/state/prefs";

export { complain } from "../../lib/state/complain";
export { Page, type PageProps } from "../../lib/ui";

export function savePrefs(change: SettingsPatch): void {
  prefs.patch(change).catch(complain);
}
