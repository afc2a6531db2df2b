/** Turning ring, only inside buttons and one-line statuses. */
export function Spinner() {
  return <span class="ui-spinner" aria-hidden="true" />;
}
