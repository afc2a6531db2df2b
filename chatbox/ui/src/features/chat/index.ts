/** Reading and steering one chat. */
import "./chat.css";
import "./messages.css";

export { ChatPage, type ChatPageProps } from "./ChatPage";
