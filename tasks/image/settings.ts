import type { FieldDescription } from "../../lib/field/description.ts";
import { chosenNetwork } from "../training/network.ts";
import { FIELD_DEFAULTS, type ImageValues } from "./command.ts";

/** The field that the options describe. */
export function fieldFor(values: ImageValues, { channels }: { readonly channels: number }): FieldDescription {
  return chosenNetwork(values, { inputs: 2, outputs: channels, defaults: FIELD_DEFAULTS });
}
