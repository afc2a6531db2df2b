/** The pages of whoever runs the server. */
export { ServerPage } from "./ServerPage";
