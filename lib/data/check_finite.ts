/**
 * Checks that training data have only finite numbers: one that is not would spoil every parameter.
 *
 * @param place Says for an index where that number is.
 * @throws {Error} With the place of the first number that is not finite, and how many there are if there are several.
 */
export function checkFinite(numbers: ArrayLike<number>, place: (index: number) => string): void {
  for (let i = 0; i < numbers.length; i++) {
    if (Number.isFinite(numbers[i])) continue;
    let count = 1;
    for (let k = i + 1; k < numbers.length; k++) count += Number(!Number.isFinite(numbers[k]));
    const all = count === 1 ? "" : ` (${count} of ${numbers.length} numbers are not finite)`;
    throw new Error(`${place(i)}: expected a finite number, found ${numbers[i]}${all}.`);
  }
}
