/**
 * Returns the value.
 *
 * @param name The name of the value, for the error message.
 * @throws If the value is not a positive finite number.
 */
export function positive(name: string, value: number): number {
  if (!(value > 0 && Number.isFinite(value))) throw new Error(`${name}: a positive number expected, ${value} found.`);
  return value;
}

/** The bound of initial weights that is PyTorch's default for linear layers: 1/√fanIn (Kaiming uniform with a = √5). */
export function linearBound(fanIn: number): number {
  return 1 / Math.sqrt(fanIn);
}
