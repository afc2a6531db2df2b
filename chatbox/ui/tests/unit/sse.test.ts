/** The parser gives the same frames wherever the bytes are cut. */
import { expect, it } from "vitest";
import { SseParser, type SseFrame } from "../../src/lib/net/sse";

const STREAM =
  "\ufeff: comment\r\nevent: delta\r\nid: 7\r\ndata: {\"text\":\"héllo\u2028 😀\"}\r\n\r\n" +
  "data:no space\ndata: second line\n\n\n\nevent: empty\n\nid: 8\rdata: cr only\r\r" +
  "event: ping\ndata: {}\n\nevent: unfinished\ndata: never";

const EXPECTED: SseFrame[] = [
  { event: "delta", id: "7", data: '{"text":"héllo\u2028 😀"}' },
  { event: "message", id: null, data: "no space\nsecond line" },
  { event: "message", id: "8", data: "cr only" },
  { event: "ping", id: null, data: "{}" },
];

it("gives the same frames for every cut into two", () => {
  const bytes = new TextEncoder().encode(STREAM);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const parser = new SseParser();
    const frames = [...parser.feed(bytes.slice(0, cut)), ...parser.feed(bytes.slice(cut))];
    expect(frames, `cut at ${cut}`).toEqual(EXPECTED);
  }
});

it("gives the same frames byte by byte", () => {
  const parser = new SseParser();
  const frames = [...new TextEncoder().encode(STREAM)].flatMap((byte) => parser.feed(Uint8Array.of(byte)));
  expect(frames).toEqual(EXPECTED);
});
