/** Who uses this tab, and what they may do. */
import { computed, signal } from "@preact/signals";
import type { Me, Power } from "../api/types";
import { boot, isTeam } from "./boot";

/** Null while nobody is signed in, and where nobody needs to. */
export const me = signal<Me | null>(boot.user);

/** Whether the user's role allows it; whoever is alone on a server may do everything. */
export const may = (power: Power): boolean => !isTeam || (me.value?.may.includes(power) ?? false);

/** True while there is nothing to see but the way in. */
export const isOutside = computed(() => isTeam && (me.value === null || me.value.must_enrol));
