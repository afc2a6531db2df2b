/** Writing a message. */
import "./composer.css";

export { Composer, fillComposer, focusComposer, type ComposerProps } from "./Composer";
export { ContextMeter } from "./ContextMeter";
export { fit } from "./grow";
export { intentOf } from "./keys";
export { QueueList } from "./QueueList";
export { TurnAccount } from "./TurnAccount";
