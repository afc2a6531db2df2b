/** The two live regions behind `announce`. */
import { assertiveText, politeText } from "../../lib/a11y";

export function Announcer() {
  return (
    <div class="visually-hidden">
      <div role="status" aria-live="polite" aria-atomic="true">
        {politeText}
      </div>
      <div role="alert" aria-live="assertive" aria-atomic="true">
        {assertiveText}
      </div>
    </div>
  );
}
