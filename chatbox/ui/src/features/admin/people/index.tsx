/** Administration → People, or what one of them wrote. */
import { place } from "../../../lib/router";
import { ReadingPage } from "../reading/ReadingPage";
import { PeoplePage } from "./PeoplePage";

export function People() {
  const query = new URLSearchParams(place.value.search);
  const person = query.get("read");
  return person === null ? <PeoplePage /> : <ReadingPage key={person} person={person} session={query.get("session")} />;
}
