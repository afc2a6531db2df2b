/** A page of administration: a chunk of its own, with the stylesheet that all of them share. */
import type { ComponentType } from "preact";
import { loadStyles } from "../../lib/platform";
import { lazy } from "../../lib/router";

export const page = (load: () => Promise<ComponentType>): ComponentType =>
  lazy(async () => {
    const [Loaded] = await Promise.all([load(), loadStyles("admin")]);
    return Loaded;
  });
