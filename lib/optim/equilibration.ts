import type { DeviceBuffer } from "../gpu/buffer.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { numberRanges } from "../linalg/ranges.ts";
import { CurvatureAverage } from "./curvature_average.ts";
import type { RunningCurvature } from "./curvature_core.ts";
import { entrywise } from "./entrywise.ts";
import type { OptimizerContext } from "./optimizer.ts";
import equilibrateText from "../../wgsl/optim/equilibrate.wgsl" with { type: "text" };
import meansText from "../../wgsl/optim/segment_means.wgsl" with { type: "text" };

const meansSource = { name: "segment_means", text: meansText };
const equilibrateSource = { name: "equilibrate", text: equilibrateText };

/**
 * The equilibrated preconditioner D = √d + ρ√mean(d), the latter mean over each segment, d ← β₂d + (1−β₂)h² for products h. It is made
 * anew whenever d has changed, so that a step is one cheap pass.
 */
export class Equilibration implements RunningCurvature {
  readonly #curvature: CurvatureAverage;
  readonly #preconditioner: Vector;
  readonly #owned: DisposableStack;
  #stale = false;
  /** What damping needs; undefined without damping. */
  readonly #means?: { readonly means: DeviceBuffer; readonly segments: DeviceBuffer; readonly segmentOf: DeviceBuffer };

  /**
   * @param beta2 β₂ in [0, 1).
   * @param damping ρ ≥ 0.
   */
  constructor(readonly context: OptimizerContext, beta2: number, readonly damping: number) {
    const { gpu, layout } = context;
    using made = new DisposableStack();
    this.#curvature = made.use(new CurvatureAverage(context, { estimate: "squared", fold: "mean", beta2 }));
    this.#preconditioner = made.use(createVector(gpu, layout, "preconditioner"));
    if (damping !== 0) {
      const ranges = layout.map(({ deviceOffset, deviceSize }) => ({ offset: deviceOffset, size: deviceSize }));
      const words = layout.flatMap(({ deviceOffset, deviceSize, size }) => [deviceOffset / 4, deviceSize / 4, size, 0]);
      const segments = made.use(gpu.buffer("segments", words.length * 4));
      gpu.write(segments, Uint32Array.from(words));
      const means = made.use(gpu.buffer("segment means", layout.length * 4));
      this.#means = { means, segments, segmentOf: made.use(numberRanges(gpu, layout.deviceLength, ranges)) };
    }
    this.#owned = made.move();
  }

  /** The average d, which is part of an optimizer's state. */
  get average(): Vector {
    return this.#curvature.average;
  }

  /** Records folding a product into d. */
  observe(product: Vector): void {
    this.#curvature.observe(product);
    this.#stale = true;
  }

  /** Tells the preconditioner that d was replaced, for instance from a checkpoint. */
  changed(): void {
    this.#stale = true;
  }

  /** D before bias correction; records making it from d where that has changed. */
  preconditioner(): Vector {
    if (this.#stale) this.#record();
    this.#stale = false;
    return this.#preconditioner;
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }

  #record(): void {
    const { gpu, layout } = this.context;
    const vectors = { average: this.average, preconditioner: this.#preconditioner };
    if (this.#means === undefined) {
      entrywise(this.context, equilibrateSource, vectors, { damping: 0 }, { damped: false });
      return;
    }
    const { means, segments, segmentOf } = this.#means;
    gpu.dispatch(gpu.kernel(meansSource), { data: this.average.buffer, segments, means }, {}, [layout.length]);
    const damped = { ...vectors, segment_of: segmentOf, means };
    entrywise(this.context, equilibrateSource, damped, { damping: this.damping }, { damped: true });
  }
}
