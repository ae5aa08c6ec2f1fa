import { type FieldDescription, isEncoding } from "../../lib/extend.ts";

/** The resolved hyper-parameters of a field's activation and encoding; those of the first layers if several differ. */
export function fieldOptions({ layers }: FieldDescription): Record<string, number> {
  const options = layers.map((layer) => (isEncoding(layer) ? layer.encoding : layer.activation).options);
  return Object.assign({}, ...options.toReversed());
}
