/**
 * The shapes of /api/v1 under the names the UI uses. They come from the server's OpenAPI document
 * through schema.d.ts (`npm run gen:api`); only what that cannot say is written here.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** The server always writes these fields; the document marks those with a default as optional. */
export type Settings = Required<Schemas["Settings"]>;
export type SettingsPatch = Schemas["SettingsChange"];
export type Theme = Settings["theme"];
export type LocaleSetting = Settings["locale"];
export type SendKey = Settings["send_key"];
export type Density = Settings["density"];

export type Info = Schemas["Info"];
export type Stats = Schemas["Stats"];

export type Provider = Schemas["Provider"];
export type ProviderStatus = Schemas["Health"];
export type ProviderCreate = Pick<Schemas["NewProvider"], "name" | "base_url"> & Partial<Schemas["NewProvider"]>;
export type ProviderPatch = Schemas["ProviderChange"];
export type ProviderTest = Schemas["TestResult"];
/** `model_count` is 0 where nobody has asked yet (a key in the environment). */
export type DetectedProvider = Omit<Schemas["Found"], "model_count"> & { model_count: number };

export type Model = Schemas["Model"];
export type ModelCreate = Schemas["NewModel"];
export type ModelPatch = Schemas["ModelChange"];

export type Params = Schemas["Params"];
export type Session = Schemas["Session"];
export type SessionCreate = Partial<Schemas["NewSession"]>;
export type SessionPatch = Schemas["SessionChange"];

export type Message = Omit<Schemas["Message"], "usage"> & { usage: Usage | null };
export type MessagePatch = Schemas["MessageChange"];
export type MessageStatus = Message["status"];
export type Role = Message["role"];
export type Part = Message["parts"][number];
export type Usage = Required<Schemas["Usage"]>;
/** What one turn sent, and what it left out. Token counts are estimates. */
export type ContextAccount = Schemas["ContextAccount"];
export type MessageFailure = Schemas["Failure"];

export type SendBody = Schemas["Send"];
export type Turn = Schemas["Turn"];
export type Started = Omit<Schemas["Started"], "reply" | "user_message"> & {
  reply: Message;
  user_message: Message | null;
};

/** A running turn as the event stream names it. */
export type RunningTurn = Pick<Turn, "session_id" | "reply_id"> & { turn_id: string };

/** A kind of action that a role allows. */
export type Power = "account" | "secure" | "read" | "chat" | "connect" | "operate" | "manage" | "guard" | "own";
export type Me = Omit<Schemas["Me"], "may"> & { may: Power[] };
export type AccountRole = Me["role"];
/** An account elsewhere that one can sign in with. */
export type Identity = Schemas["Identity"];
export type Login = Schemas["Login"];
/** What a link from a mail or an administrator is good for. */
export type LinkFacts = Schemas["Link"];

export interface SiteFacts {
  name: string;
  registration: "invitation" | "closed" | "mail" | "open";
  /** The name on the button of the company's sign-in; null where there is none. */
  oidc: string | null;
  /** Whether the server can send mail. */
  mail: boolean;
}
