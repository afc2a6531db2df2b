/** Entry point: styles, start-up, the first render. */
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/motion.css";
import "./lib/ui/controls.css";
import "./lib/ui/overlay.css";
import "./lib/ui/feedback.css";
import "./styles/prose.css";
import "./styles/code.css";
import "./features/shell/shell.css";
import "./features/sidebar/sidebar.css";
import "./features/models/models.css";
import "./styles/forced-colors.css";
import "./styles/print.css";
import { render } from "preact";
import { App } from "./App";
import { connect, prepare } from "./boot";

const root = document.getElementById("app");
if (root) {
  await prepare();
  render(<App />, root);
  connect();
}
