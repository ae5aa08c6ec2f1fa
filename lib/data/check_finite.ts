/**
 * Checks that training data have only finite numbers: one that is not would spoil every parameter.
 *
 * @param place Says for an index where that number is.
 * @throws {Error} With the place of the first number that is not finite.
 */
export function checkFinite(numbers: ArrayLike<number>, place: (index: number) => string): void {
  for (let i = 0; i < numbers.length; i++) {
    if (!Number.isFinite(numbers[i])) throw new Error(`${place(i)}: expected a finite number, found ${numbers[i]}.`);
  }
}
