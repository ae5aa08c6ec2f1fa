/** The most colours of a GIF. */
const MOST = 256;

/** Bits of each channel by which similar colours are counted together. */
const BITS = 5;
const CELLS = 1 << 3 * BITS;

/** The cell of a colour, with channels from 0 to 255. */
function cellOf(red: number, green: number, blue: number): number {
  const cut = 8 - BITS;
  return red >> cut << 2 * BITS | green >> cut << BITS | blue >> cut;
}

/** A set of cells that get one colour. */
interface Box {
  readonly cells: readonly number[];
  /** The axis along which its colours differ most, their mean there, and the sum of squared differences from that mean. */
  readonly axis: number;
  readonly mean: number;
  readonly error: number;
}

/** Counts colours, chooses a palette for them and finds the nearest of its colours. */
export class Palette {
  /** Per cell: how many colours, and the sums of their channels. */
  readonly #counts = new Float64Array(CELLS);
  readonly #sums = [0, 1, 2].map(() => new Float64Array(CELLS));
  readonly #nearest = new Int16Array(CELLS).fill(-1);
  #colours: (readonly [number, number, number])[] = [];

  /** Counts the colours of a picture: `[pixels, 3]`, from 0 to 255. */
  count(rgb: Uint8Array): void {
    for (let i = 0; i < rgb.length; i += 3) {
      const cell = cellOf(rgb[i], rgb[i + 1], rgb[i + 2]);
      this.#counts[cell]++;
      for (let axis = 0; axis < 3; axis++) this.#sums[axis][cell] += rgb[i + axis];
    }
  }

  /**
   * Chooses at most 256 colours for those that were counted: the set with the largest squared error is cut at the mean of its widest axis, again
   * and again, and the mean of each set is a colour (Heckbert 1982, with Wan's choice of the cut).
   *
   * @returns The colours, each of three numbers from 0 to 255.
   */
  choose(): readonly (readonly [number, number, number])[] {
    const boxes = [this.#box([...this.#counts.keys()].filter((cell) => this.#counts[cell] > 0))];
    while (boxes.length < MOST) {
      const worst = boxes.reduce((most, box, i) => box.error > boxes[most].error ? i : most, 0);
      const { cells, axis, mean, error } = boxes[worst];
      if (!(error > 0)) break;
      const isLow = (cell: number) => this.#mean(cell, axis) <= mean;
      boxes[worst] = this.#box(cells.filter(isLow));
      boxes.push(this.#box(cells.filter((cell) => !isLow(cell))));
    }
    this.#colours = boxes.map(({ cells }) => {
      const count = cells.reduce((sum, cell) => sum + this.#counts[cell], 0);
      const channel = (axis: number) =>
        Math.round(cells.reduce((sum, cell) => sum + this.#sums[axis][cell], 0) / count);
      return [channel(0), channel(1), channel(2)];
    });
    return this.#colours;
  }

  /** The number of the colour that is nearest to one with channels from 0 to 255. */
  indexOf(red: number, green: number, blue: number): number {
    const cell = cellOf(red, green, blue);
    if (this.#nearest[cell] >= 0) return this.#nearest[cell];
    const centre = (shift: number) => ((cell >> shift & (1 << BITS) - 1) + 0.5) * (1 << 8 - BITS) - 0.5;
    const [r, g, b] = [centre(2 * BITS), centre(BITS), centre(0)];
    let [best, least] = [0, Infinity];
    this.#colours.forEach(([x, y, z], i) => {
      const distance = (x - r) ** 2 + (y - g) ** 2 + (z - b) ** 2;
      if (distance < least) [best, least] = [i, distance];
    });
    this.#nearest[cell] = best;
    return best;
  }

  #mean(cell: number, axis: number): number {
    return this.#sums[axis][cell] / this.#counts[cell];
  }

  #box(cells: readonly number[]): Box {
    const count = cells.reduce((sum, cell) => sum + this.#counts[cell], 0);
    const along = [0, 1, 2].map((axis) => {
      const mean = cells.reduce((sum, cell) => sum + this.#sums[axis][cell], 0) / count;
      const error = cells.length < 2
        ? 0
        : cells.reduce((sum, cell) => sum + this.#counts[cell] * (this.#mean(cell, axis) - mean) ** 2, 0);
      return { axis, mean, error };
    });
    return { cells, ...along.reduce((most, each) => each.error > most.error ? each : most) };
  }
}
