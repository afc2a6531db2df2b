/** Client-made ids. `crypto.randomUUID` needs a secure context, `getRandomValues` does not. */
function format(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function randomBytes(version: number): Uint8Array {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes;
}

/** A random UUID (RFC 9562, version 4). */
export function uuidv4(): string {
  return format(randomBytes(4));
}

/** A time-ordered UUID (RFC 9562, version 7), the form of the server's own ids. */
export function uuidv7(now: number = Date.now()): string {
  const bytes = randomBytes(7);
  for (let index = 0; index < 6; index += 1) {
    bytes[index] = Math.floor(now / 2 ** (8 * (5 - index))) & 0xff;
  }
  return format(bytes);
}
