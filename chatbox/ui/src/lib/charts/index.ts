/** Charts of one's own: a few kilobytes, in the colours of the tokens. */
export { LineChart, type Line } from "./LineChart";
export { type Points } from "./scale";
