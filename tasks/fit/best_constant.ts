/** How often the range of constants is narrowed, each time to two thirds: to less than a millionth of it. */
const ROUNDS = 36;

/**
 * The mean loss of the constants that fit the columns of some targets best, such as their medians for absolute errors: one constant for each
 * column, because a field without inputs can give a value for each of its outputs. They are searched between the smallest and the largest
 * target of a column, and the loss is exact to about a millionth of that range where it is convex.
 *
 * @param targets `[rows, columns]`, row-major.
 * @param entryLoss The loss of an output with a target.
 */
export function bestConstantLoss(
  targets: Float32Array,
  columns: number,
  entryLoss: (output: number, target: number) => number,
): number {
  let sum = 0;
  for (let column = 0; column < columns; column++) {
    sum += leastLoss(targets.filter((_, i) => i % columns === column), entryLoss);
  }
  return sum / targets.length;
}

/** The summed loss of the constant that fits values best. */
function leastLoss(values: Float32Array, entryLoss: (output: number, target: number) => number): number {
  const lossOf = (constant: number) => values.reduce((sum, value) => sum + entryLoss(constant, value), 0);
  let [low, high] = values.reduce(([low, high], each) => [Math.min(low, each), Math.max(high, each)], [
    Infinity,
    -Infinity,
  ]);
  for (let round = 0; round < ROUNDS; round++) {
    const third = (high - low) / 3;
    if (lossOf(low + third) <= lossOf(high - third)) high -= third;
    else low += third;
  }
  return lossOf((low + high) / 2);
}
