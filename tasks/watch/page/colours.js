/** How many runs can be chosen: further ones would not be told apart. */
export const MOST = 24;

/** The colours of the chosen runs: a run keeps its own while others come and go. */
export class Colours {
  /** @type {Map<string, number>} */
  #of = new Map();

  /** The number of a run's colour; undefined if it is not chosen. */
  of(id) {
    return this.#of.get(id);
  }

  get ids() {
    return [...this.#of.keys()];
  }

  has(id) {
    return this.#of.has(id);
  }

  add(id) {
    if (this.#of.has(id) || this.#of.size >= MOST) return;
    const used = new Set(this.#of.values());
    let colour = 0;
    while (used.has(colour)) colour++;
    this.#of.set(id, colour);
  }

  delete(id) {
    this.#of.delete(id);
  }

  clear() {
    this.#of.clear();
  }
}
