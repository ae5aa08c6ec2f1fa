/** A set of whole numbers from 0 to a limit that finds its next member fast: a tree in which each bit says whether 32 bits below it have any. */
export class IndexSet {
  /** The levels of the tree; the first has one bit for each number. */
  readonly #levels: Uint32Array[] = [];

  /** @param limit The numbers are less than this. */
  constructor(limit: number) {
    do {
      limit = Math.ceil(limit / 32);
      this.#levels.push(new Uint32Array(limit));
    } while (limit > 1);
  }

  /** Adds a number. */
  add(index: number): void {
    for (const level of this.#levels) {
      level[index >>> 5] |= 1 << (index & 31);
      index >>>= 5;
    }
  }

  /** Removes a number. */
  remove(index: number): void {
    for (const level of this.#levels) {
      if ((level[index >>> 5] &= ~(1 << (index & 31))) !== 0) return;
      index >>>= 5;
    }
  }

  /** The smallest member of at least `from`, or -1 if there is none. */
  next(from: number): number {
    for (let depth = 0; depth < this.#levels.length; depth++) {
      const level = this.#levels[depth];
      if (from >>> 5 >= level.length) return -1;
      const bits = level[from >>> 5] >>> (from & 31);
      if (bits !== 0) {
        let found = from + trailingZeros(bits);
        while (depth > 0) found = 32 * found + trailingZeros(this.#levels[--depth][found]);
        return found;
      }
      from = (from >>> 5) + 1;
    }
    return -1;
  }
}

function trailingZeros(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
