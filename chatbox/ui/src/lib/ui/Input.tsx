/** Text fields with the product's looks; `onValue` gives the text. */
import type { JSX } from "preact";

export interface InputProps extends Omit<JSX.IntrinsicElements["input"], "value"> {
  readonly value: string;
  readonly onValue: (value: string) => void;
}

export function Input({ value, onValue, class: extra, ...rest }: InputProps) {
  return (
    <input type="text" {...(rest as object)} class={`ui-input ${typeof extra === "string" ? extra : ""}`} value={value} onInput={(event) => onValue(event.currentTarget.value)} />
  );
}

export interface TextAreaProps extends Omit<JSX.IntrinsicElements["textarea"], "value"> {
  readonly value: string;
  readonly onValue: (value: string) => void;
}

export function TextArea({ value, onValue, class: extra, ...rest }: TextAreaProps) {
  return (
    <textarea {...(rest as object)} class={`ui-input ui-textarea ${typeof extra === "string" ? extra : ""}`} value={value} onInput={(event) => onValue(event.currentTarget.value)} />
  );
}
