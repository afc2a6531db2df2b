/**
 * The small part of ICU MessageFormat that the product uses:
 * `{name}`, `{n, plural, =0 {none} one {# item} other {# items}}`, `{x, select, a {…} other {…}}`.
 */
export type Params = Readonly<Record<string, string | number>>;

type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "value"; readonly name: string }
  | { readonly kind: "number" }
  | { readonly kind: "choice"; readonly name: string; readonly plural: boolean; readonly cases: ReadonlyMap<string, readonly Piece[]> };

class Parser {
  private at = 0;

  constructor(private readonly source: string) {}

  /** Pieces up to the closing brace or the end; `#` means the number inside a plural. */
  pieces(inPlural: boolean): Piece[] {
    const found: Piece[] = [];
    let text = "";
    const flush = (): void => {
      if (text) found.push({ kind: "text", text });
      text = "";
    };
    for (; this.at < this.source.length; ) {
      const char = this.source.charAt(this.at);
      if (char === "}") break;
      this.at += 1;
      if (char === "{") {
        flush();
        found.push(this.argument());
      } else if (char === "#" && inPlural) {
        flush();
        found.push({ kind: "number" });
      } else text += char;
    }
    flush();
    return found;
  }

  private argument(): Piece {
    const [, name = "", kind] = this.take(/\s*(\w+)\s*(?:,\s*(plural|select)\s*,)?/y);
    if (!kind) {
      this.take(/\s*\}/y);
      return { kind: "value", name };
    }
    const cases = new Map<string, readonly Piece[]>();
    for (;;) {
      const [whole, label = ""] = this.take(/\s*(?:\}|([=\w]+)\s*\{)/y);
      if (whole.trim() === "}") break;
      cases.set(label, this.pieces(kind === "plural"));
      this.take(/\}/y);
    }
    if (!cases.has("other")) throw new Error(`message without "other": ${this.source}`);
    return { kind: "choice", name, plural: kind === "plural", cases };
  }

  private take(pattern: RegExp): RegExpExecArray {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.source);
    if (!match) throw new Error(`malformed message at ${this.at}: ${this.source}`);
    this.at += match[0].length;
    return match;
  }
}

/** A message ready to be filled in for one locale. */
export interface Message {
  (params: Params): string;
}

/** Parses `source`; throws on malformed input, which a test over all messages rules out. */
export function compile(source: string, locale: string): Message {
  const pieces = new Parser(source).pieces(false);
  const rules = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  const show = (value: string | number | undefined): string => {
    if (typeof value === "number") return numbers.format(value);
    return value ?? "";
  };
  const fill = (list: readonly Piece[], params: Params, counted?: number): string =>
    list
      .map((piece) => {
        if (piece.kind === "text") return piece.text;
        if (piece.kind === "number") return show(counted);
        const value = params[piece.name];
        if (piece.kind === "value") return show(value);
        const count = Number(value);
        const label = piece.plural ? rules.select(count) : String(value);
        const chosen = (piece.plural && piece.cases.get(`=${count}`)) || piece.cases.get(label) || piece.cases.get("other");
        return fill(chosen ?? [], params, piece.plural ? count : counted);
      })
      .join("");
  return (params) => fill(pieces, params);
}
