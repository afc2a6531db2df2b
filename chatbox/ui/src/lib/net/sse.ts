/**
 * A parser for text/event-stream over fetch (WHATWG HTML, section 9.2), which EventSource cannot
 * replace here: it hides status codes and comments, and cannot be told where to resume.
 */
export interface SseFrame {
  event: string;
  data: string;
  id: string | null;
}

export class SseParser {
  private rest = "";
  private event = "";
  private data: string[] = [];
  private id: string | null = null;
  private readonly decoder = new TextDecoder();

  /** Takes the next bytes and returns the frames they completed. */
  feed(bytes: Uint8Array): SseFrame[] {
    return this.take(this.decoder.decode(bytes, { stream: true }));
  }

  private take(text: string): SseFrame[] {
    const whole = this.rest + text;
    // A lone CR at the end may be the first half of CRLF: it waits for the next bytes.
    const held = whole.endsWith("\r") ? 1 : 0;
    const lines = whole.slice(0, whole.length - held).split(/\r\n|\n|\r/);
    this.rest = (lines.pop() ?? "") + (held === 1 ? "\r" : "");
    const frames: SseFrame[] = [];
    for (const line of lines) {
      if (line !== "") this.field(line);
      else if (this.data.length > 0) frames.push(this.finish());
      else this.event = "";
    }
    return frames;
  }

  private field(line: string): void {
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.event = value;
    else if (name === "data") this.data.push(value);
    else if (name === "id" && !value.includes("\0")) this.id = value;
  }

  private finish(): SseFrame {
    const frame = { event: this.event || "message", data: this.data.join("\n"), id: this.id };
    this.event = "";
    this.data = [];
    this.id = null;
    return frame;
  }
}
