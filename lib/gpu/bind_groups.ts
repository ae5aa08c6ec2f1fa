import type { BufferSlice, DeviceBuffer } from "./buffer.ts";
import type { Kernel } from "./kernel.ts";

/** A bind group, and how to find it. */
interface Entry {
  readonly group: GPUBindGroup;
  readonly buffers: readonly DeviceBuffer[];
  /** The numbers that lead to it. */
  readonly path: readonly number[];
}

/** A place in the tree of bind groups: further numbers lead on, or a group lies here. */
interface Place {
  readonly next: Map<number, Place>;
  entry?: Entry;
}

/**
 * The bind groups that were made, by kernel and bound slices. They are kept in a tree of numbers, in which a group is found without making
 * anything: that happens for every dispatch.
 */
export class BindGroups {
  #root: Place = { next: new Map() };
  /** The groups that refer to a buffer, by the buffer's id. */
  readonly #entriesOf = new Map<number, Set<Entry>>();

  /** The group of a kernel with these buffers; undefined if there is none. */
  find(kernel: Kernel, slices: readonly BufferSlice[]): GPUBindGroup | undefined {
    let place = this.#root.next.get(kernel.id);
    for (const { buffer, offset, size } of slices) {
      if (place === undefined) return undefined;
      place = offset === 0 && size === buffer.size
        ? place.next.get(buffer.id)
        : place.next.get(-1 - buffer.id)?.next.get(offset)?.next.get(size);
    }
    return place?.entry?.group;
  }

  /** Keeps a group until one of its buffers is forgotten. */
  keep(kernel: Kernel, slices: readonly BufferSlice[], group: GPUBindGroup): void {
    const path = [kernel.id];
    for (const { buffer, offset, size } of slices) {
      if (offset === 0 && size === buffer.size) path.push(buffer.id);
      else path.push(-1 - buffer.id, offset, size);
    }
    const entry: Entry = { group, buffers: slices.map(({ buffer }) => buffer), path };
    let place = this.#root;
    for (const number of path) {
      let next = place.next.get(number);
      if (next === undefined) place.next.set(number, next = { next: new Map() });
      place = next;
    }
    place.entry = entry;
    for (const { id } of entry.buffers) {
      let entries = this.#entriesOf.get(id);
      if (entries === undefined) this.#entriesOf.set(id, entries = new Set());
      entries.add(entry);
    }
  }

  /** Drops the groups that refer to a buffer. */
  forget({ id }: DeviceBuffer): void {
    for (const entry of this.#entriesOf.get(id) ?? []) {
      // Buffers that live on would otherwise collect the groups of all that were ever used together with them.
      for (const buffer of entry.buffers) if (buffer.id !== id) this.#entriesOf.get(buffer.id)!.delete(entry);
      this.#remove(entry.path);
    }
    this.#entriesOf.delete(id);
  }

  /** Drops all groups. */
  clear(): void {
    this.#root = { next: new Map() };
    this.#entriesOf.clear();
  }

  /** Removes a group with the places that lead to nothing else. */
  #remove(path: readonly number[]): void {
    const places = [this.#root];
    for (const number of path) places.push(places.at(-1)!.next.get(number)!);
    places.at(-1)!.entry = undefined;
    for (let i = path.length; i > 0; i--) {
      const { next, entry } = places[i];
      if (next.size > 0 || entry !== undefined) break;
      places[i - 1].next.delete(path[i - 1]);
    }
  }
}
