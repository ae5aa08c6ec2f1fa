/**
 * Checks that all numbers are finite.
 *
 * @param owner What the error message begins with.
 * @param place Says for an index where that number is.
 * @throws {Error} With the place of the first number that is not finite.
 */
export function checkEntries(
  owner: string,
  entries: ArrayLike<number>,
  place: (index: number) => string = (index) => `at ${index}`,
): void {
  for (let i = 0; i < entries.length; i++) {
    if (!Number.isFinite(entries[i])) {
      throw new Error(`${owner}: expected finite entries, found ${entries[i]} ${place(i)}.`);
    }
  }
}

/**
 * Checks a square matrix.
 *
 * @param owner What the error message begins with.
 * @param matrix size × size numbers, row-major.
 * @throws {Error} If the size is not a whole number from 1, there are more or fewer entries, or one is not finite.
 */
export function checkMatrix(owner: string, matrix: ArrayLike<number>, size: number): void {
  checkWhole(owner, "size", size, 1);
  if (matrix.length !== size * size) {
    throw new Error(`${owner}: expected ${size} × ${size} entries, found ${matrix.length}.`);
  }
  checkEntries(owner, matrix, (i) => `in row ${Math.floor(i / size)}, column ${i % size}`);
}

/**
 * Checks a whole number.
 *
 * @throws {Error} If it is not one, or below the least.
 */
export function checkWhole(owner: string, name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new Error(`${owner}: ${name}: expected a whole number of at least ${least}, found ${value}.`);
  }
}

/**
 * Checks a word.
 *
 * @throws {Error} If it is none of the known ones.
 */
export function checkWord(owner: string, word: string, known: readonly string[]): void {
  if (known.includes(word)) return;
  const found = typeof word === "string" ? JSON.stringify(word) : String(word);
  throw new Error(`${owner}: expected ${known.map((each) => `"${each}"`).join(" or ")}, found ${found}.`);
}
