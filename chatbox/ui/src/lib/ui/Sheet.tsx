/** A dialog that is a sheet at every width. */
import { Dialog, type DialogProps } from "./Dialog";

export function Sheet(props: Omit<DialogProps, "look"> & { readonly side?: "bottom" | "start" }) {
  const { side = "bottom", ...rest } = props;
  return <Dialog {...rest} look={side === "start" ? "sheet-start" : "sheet"} />;
}
