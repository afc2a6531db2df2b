/** Texts of the first screen, merged from one file per feature. Keys are flat and start with the feature. */
import chat from "./chat.json";
import composer from "./composer.json";
import errors from "./errors.json";
import models from "./models.json";
import shell from "./shell.json";
import sidebar from "./sidebar.json";
import ui from "./ui.json";

export const messages = { ...chat, ...composer, ...errors, ...models, ...shell, ...sidebar, ...ui };
