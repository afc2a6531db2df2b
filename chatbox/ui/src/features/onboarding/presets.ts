/** Known services that speak OpenAI's dialect. The addresses are starting points and can be changed. */
export interface Preset {
  readonly id: string;
  readonly label: string;
  /** Proposed provider name: the first half of the public model names. */
  readonly name: string;
  readonly baseUrl: string;
  readonly needsKey: boolean;
  /** Where keys are made. */
  readonly keyPage?: string;
}

export const CUSTOM = "custom";

export const PRESETS: readonly Preset[] = [
  { id: "openai", label: "OpenAI", name: "openai", baseUrl: "https://api.openai.com/v1", needsKey: true, keyPage: "https://platform.openai.com/api-keys" },
  { id: "openrouter", label: "OpenRouter", name: "openrouter", baseUrl: "https://openrouter.ai/api/v1", needsKey: true, keyPage: "https://openrouter.ai/keys" },
  { id: "deepseek", label: "DeepSeek", name: "deepseek", baseUrl: "https://api.deepseek.com/v1", needsKey: true, keyPage: "https://platform.deepseek.com/api_keys" },
  { id: "groq", label: "Groq", name: "groq", baseUrl: "https://api.groq.com/openai/v1", needsKey: true, keyPage: "https://console.groq.com/keys" },
  { id: "mistral", label: "Mistral", name: "mistral", baseUrl: "https://api.mistral.ai/v1", needsKey: true, keyPage: "https://console.mistral.ai/api-keys" },
  { id: "together", label: "Together", name: "together", baseUrl: "https://api.together.xyz/v1", needsKey: true, keyPage: "https://api.together.ai/settings/api-keys" },
  { id: "xai", label: "xAI", name: "xai", baseUrl: "https://api.x.ai/v1", needsKey: true, keyPage: "https://console.x.ai" },
  { id: "ollama", label: "Ollama", name: "ollama", baseUrl: "http://127.0.0.1:11434/v1", needsKey: false },
  { id: "lmstudio", label: "LM Studio", name: "lmstudio", baseUrl: "http://127.0.0.1:1234/v1", needsKey: false },
  { id: "llamacpp", label: "llama.cpp", name: "llamacpp", baseUrl: "http://127.0.0.1:8080/v1", needsKey: false },
  { id: CUSTOM, label: "", name: "", baseUrl: "", needsKey: false },
];

/** A name that no other provider has: "openai", else "openai-2" and so on. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const used = new Set(taken.map((name) => name.toLowerCase()));
  if (!wanted || !used.has(wanted.toLowerCase())) return wanted;
  let number = 2;
  while (used.has(`${wanted}-${number}`.toLowerCase())) number += 1;
  return `${wanted}-${number}`;
}

/** True for an address the server could accept; it checks again and more closely. */
export function isUsableUrl(text: string): boolean {
  if (!/^https?:\/\//i.test(text.trim())) return false;
  try {
    return new URL(text.trim()).hostname !== "";
  } catch {
    return false;
  }
}

/** True when both addresses lead to the same scheme, host and port: then the stored key stays. */
export function isSameOrigin(one: string, other: string): boolean {
  try {
    return new URL(one).origin === new URL(other).origin;
  } catch {
    return false;
  }
}
