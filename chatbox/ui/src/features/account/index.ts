/** One's own account: a chunk of its own, for only servers with accounts need it. */
export { Devices } from "./Devices";
export { Profile } from "./Profile";
export { Security } from "./Security";
export { TotpSetup } from "./TotpSetup";
export { YourData } from "./YourData";
