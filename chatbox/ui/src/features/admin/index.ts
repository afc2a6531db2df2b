/** The pages of whoever runs the server. */
import { page } from "./page";

export { AdminPage } from "./AdminPage";
/** Also a page of the settings, where nobody else has an account. */
export const ServerPage = page(async () => (await import("./ServerPage")).ServerPage);
