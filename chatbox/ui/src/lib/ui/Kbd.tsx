/** The caps of a key combination. */
import { caps } from "../a11y/shortcuts";

export function Kbd({ keys }: { readonly keys: string }) {
  return (
    <span class="ui-keys">
      {caps(keys).map((cap) => (
        <kbd class="ui-kbd" key={cap}>
          {cap}
        </kbd>
      ))}
    </span>
  );
}
