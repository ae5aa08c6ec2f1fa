import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import type { Layout } from "../linalg/layout.ts";
import { Norms } from "../linalg/norms.ts";
import type { Vector } from "../linalg/vector.ts";
import combineText from "../../wgsl/curvature/combine_basis.wgsl" with { type: "text" };
import nextText from "../../wgsl/curvature/next_direction.wgsl" with { type: "text" };
import projectionsText from "../../wgsl/curvature/projections.wgsl" with { type: "text" };
import removeText from "../../wgsl/curvature/remove_projections.wgsl" with { type: "text" };

const combineBasis = { name: "combine_basis", text: combineText };
const nextDirection = { name: "next_direction", text: nextText };
const projections = { name: "projections", text: projectionsText };
const removeProjections = { name: "remove_projections", text: removeText };

/** Orthonormal vectors on the device, which are added one after the other. All methods only record work. The owner must dispose it. */
export class OrthonormalBasis implements Disposable {
  /** [capacity] At i, what `remove` has taken away along vector i while that was the last one; one f32 each. */
  readonly lastComponents: DeviceBuffer;
  /** [capacity] The length that vector i had before `append` normalised it; one f32 each. */
  readonly lengths: DeviceBuffer;
  readonly #vectors: DeviceBuffer;
  readonly #components: DeviceBuffer;
  readonly #norms: Norms;
  readonly #before: Norms;
  readonly #length: number;
  readonly #owned: DisposableStack;
  #count = 0;

  /**
   * Allocates the memory of all vectors.
   *
   * @param capacity The most vectors.
   * @param least What `remove` leaves of a vector counts as 0 where it is not longer than this share of the vector: it is rounding, which has
   * no direction of its own.
   * @throws If they do not fit into one buffer of the device.
   */
  constructor(readonly gpu: Gpu, layout: Layout, capacity: number, readonly least = 0) {
    using made = new DisposableStack();
    const numbers = (label: string) => made.use(gpu.buffer(label, 4 * capacity));
    this.#vectors = made.use(gpu.buffer("basis", 4 * layout.deviceLength * capacity));
    this.#components = numbers("components");
    this.lastComponents = numbers("last components");
    this.lengths = numbers("lengths");
    const norms = () => made.use(new Norms(gpu, [{ offset: 0, size: layout.deviceLength }]));
    [this.#norms, this.#before] = [norms(), norms()];
    this.#length = layout.deviceLength / 4;
    this.#owned = made.move();
  }

  /** Removes from `w` its parts along all vectors, twice: the second time removes what rounding left of them. */
  remove(w: Vector): void {
    if (this.least > 0) this.#before.record(w.buffer);
    if (this.#count === 0) return;
    const basis = this.#vectors;
    const components = this.#components;
    for (let pass = 0; pass < 2; pass++) {
      this.gpu.dispatch(this.gpu.kernel(projections), { basis, w: w.buffer, components }, { length: this.#length }, [
        this.#count,
      ]);
      const buffers = { basis, components, w: w.buffer, diagonal: this.lastComponents };
      this.#dispatch(removeProjections, buffers);
    }
  }

  /** Adds w/‖w‖, or 0 where w counts as 0, and writes it to `q`, another vector. */
  append(w: Vector, q: Vector): void {
    this.#norms.record(w.buffer);
    const norms = { norms: this.#norms.buffer, before: this.#before.buffer };
    const buffers = { w: w.buffer, ...norms, basis: this.#vectors, q: q.buffer, offDiagonal: this.lengths };
    this.#dispatch(nextDirection, buffers, this.#count, { least: this.least });
    this.#count++;
  }

  /** Writes Σ coefficient · vector to `into`, for the first vectors. */
  combine(coefficients: Float32Array, into: Vector): void {
    this.gpu.write(this.#components, coefficients);
    const buffers = { basis: this.#vectors, coefficients: this.#components, sum: into.buffer };
    this.#dispatch(combineBasis, buffers, coefficients.length);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned.dispose();
  }

  #dispatch(
    source: typeof combineBasis,
    buffers: Record<string, DeviceBuffer>,
    count = this.#count,
    more: { readonly least?: number } = {},
  ): void {
    const length = this.#length;
    this.gpu.dispatch(this.gpu.kernel(source), buffers, { length, count, ...more }, linearGroups(length, 64));
  }
}
