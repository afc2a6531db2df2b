/** The shapes of /api/v1 as the UI uses them; one alias a resource. */

export type Theme = "system" | "light" | "dark";
export type LocaleSetting = "auto" | "en" | "zh-Hans";
export type SendKey = "enter" | "mod_enter";
export type Density = "comfortable" | "compact";

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Settings {
  theme: Theme;
  locale: LocaleSetting;
  default_model: string | null;
  send_key: SendKey;
  density: Density;
  onboarded: boolean;
  version: number;
}

export type SettingsPatch = Partial<Omit<Settings, "version">>;

export interface Info {
  name: string;
  version: string;
  commit: string | null;
  sqlite_version: string;
  mode: string;
  demo_model: { state: "off" | "starting" | "ready" | "failed"; detail: string | null };
  limits: Record<string, number>;
}

export interface ProviderStatus {
  state: "unknown" | "ok" | "failed";
  code: string | null;
  detail: string | null;
  checked_at: string | null;
}

export interface Provider {
  id: string;
  name: string;
  kind: "openai";
  base_url: string;
  has_secret: boolean;
  secret_hint: string | null;
  enabled: boolean;
  source: "user" | "environment" | "detected" | "demo";
  version: number;
  created_at: string;
  updated_at: string;
  status: ProviderStatus;
  model_count: number;
}

export interface ProviderCreate {
  name: string;
  kind?: "openai";
  base_url: string;
  secret?: string;
  enabled?: boolean;
}

export interface ProviderPatch {
  name?: string;
  base_url?: string;
  secret?: string | null;
  enabled?: boolean;
}

export interface ProviderTest {
  ok: boolean;
  code: string | null;
  detail: string;
  latency_ms: number | null;
  model_count: number | null;
}

export interface DetectedProvider {
  name: string;
  base_url: string;
  kind: "openai";
  software: "ollama" | "lmstudio" | "llamacpp" | "environment";
  model_count: number;
  already_configured: boolean;
  variable: string | null;
}

export interface Model {
  id: string;
  provider_id: string;
  provider_name: string;
  name: string;
  context_window: number | null;
  max_output: number | null;
  capabilities: string[];
  enabled: boolean;
  available: boolean;
  is_default: boolean;
}

export interface ModelCreate {
  provider_id: string;
  name: string;
  context_window?: number | null;
  max_output?: number | null;
}

export interface ModelPatch {
  context_window?: number | null;
  max_output?: number | null;
  enabled?: boolean;
}

export interface Params {
  temperature?: number | null;
  top_p?: number | null;
  max_tokens?: number | null;
  stop?: string[] | null;
  seed?: number | null;
  presence_penalty?: number | null;
  frequency_penalty?: number | null;
  reasoning_effort?: string | null;
}

export interface Session {
  id: string;
  title: string;
  model: string | null;
  system_prompt: string;
  params: Params;
  pinned: boolean;
  archived: boolean;
  version: number;
  created_at: string;
  updated_at: string;
  last_message_at: string | null;
  running_turn_id: string | null;
  message_count: number;
}

export interface SessionCreate {
  id?: string;
  title?: string;
  model?: string;
  system_prompt?: string;
  params?: Params;
}

export interface SessionPatch {
  title?: string;
  model?: string | null;
  system_prompt?: string;
  params?: Params;
  pinned?: boolean;
  archived?: boolean;
  active_message_id?: string;
}

export type Role = "system" | "user" | "assistant" | "tool";
export type MessageStatus = "pending" | "done" | "stopped" | "failed" | "interrupted";

export type Part =
  | { type: "text"; text: string }
  | { type: "thinking"; text: string }
  | { type: "tool_call"; id: string; name: string; arguments: string }
  | { type: "tool_result"; call_id: string; text: string }
  | { type: "image"; media_type: string; data_base64: string };

export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
  reasoning_tokens: number;
  cost: number | null;
}

export interface MessageFailure {
  code: string;
  detail: string;
  retryable: boolean;
}

/** What one turn sent, and what it left out. Token counts are estimates. */
export interface ContextAccount {
  used: number;
  window: number;
  budget: number;
  dropped: number;
  kept: number;
  system_tokens: number;
  history_tokens: number;
  reserve: number;
  estimated: boolean;
}

export interface Message {
  id: string;
  session_id: string;
  parent_id: string | null;
  role: Role;
  text: string;
  parts: Part[];
  status: MessageStatus;
  model: string | null;
  finish_reason: string | null;
  usage: Usage | null;
  error: MessageFailure | null;
  turn_id: string | null;
  sibling_ids: string[];
  pinned: boolean;
  context: ContextAccount | null;
  created_at: string;
  finished_at: string | null;
  edited: boolean;
}

export interface MessagePatch {
  pinned?: boolean;
  text?: string;
}

export interface SendBody {
  content: string;
  model?: string;
  parent_id?: string | null;
  params?: Params;
  message_id?: string;
}

export interface Turn {
  id: string;
  session_id: string;
  reply_id: string;
  user_message_id: string | null;
  model: string;
  status: "running" | "done" | "stopped" | "failed" | "interrupted";
  started_at: string;
  ended_at: string | null;
  last_event_id: number;
}

export interface Started {
  turn: Turn;
  session: Session;
  user_message: Message | null;
  reply: Message;
}

export interface RunningTurn {
  turn_id: string;
  session_id: string;
  reply_id: string;
}
