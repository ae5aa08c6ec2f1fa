import type { DeviceBuffer } from "../gpu/buffer.ts";
import { linearGroups } from "../gpu/groups.ts";
import { createVector, type Vector } from "../field/vector.ts";
import { numberRanges } from "../linalg/ranges.ts";
import { CurvatureAverage } from "./curvature.ts";
import type { Observation, OptimizerContext } from "./optimizer.ts";
import equilibrateText from "../../wgsl/equilibrate.wgsl" with { type: "text" };
import meansText from "../../wgsl/segment_means.wgsl" with { type: "text" };

const meansSource = { name: "segment_means", text: meansText };
const equilibrateSource = { name: "equilibrate", text: equilibrateText };

/**
 * The equilibrated preconditioner D = √d + ρ√mean(d), the latter mean over each segment, d ← β₂d + (1−β₂)h² for products h. It is made
 * anew whenever d has changed, so that a step is one cheap pass.
 */
export class Equilibration implements Disposable {
  /** d; part of an optimizer's state, which disposes it. */
  readonly average: Vector;
  readonly #curvature: CurvatureAverage;
  readonly #preconditioner: Vector;
  #stale = false;
  /** Only with damping. */
  readonly #means?: { readonly means: DeviceBuffer; readonly segments: DeviceBuffer; readonly segmentOf: DeviceBuffer };

  /**
   * @param beta2 β₂ in [0, 1).
   * @param damping ρ ≥ 0.
   */
  constructor(readonly context: OptimizerContext, beta2: number, readonly damping: number) {
    const { gpu, layout } = context;
    this.average = createVector(gpu, layout, "squaredProducts");
    this.#curvature = new CurvatureAverage(context, this.average, { estimate: "squared", fold: "mean", beta2 });
    this.#preconditioner = createVector(gpu, layout, "preconditioner");
    if (damping === 0) return;
    const ranges = layout.map(({ deviceOffset, deviceSize }) => ({ offset: deviceOffset, size: deviceSize }));
    const words = layout.flatMap(({ deviceOffset, deviceSize, size }) => [deviceOffset / 4, deviceSize / 4, size, 0]);
    const segments = gpu.buffer("segments", words.length * 4);
    gpu.write(segments, Uint32Array.from(words));
    const means = gpu.buffer("segment means", layout.length * 4);
    this.#means = { means, segments, segmentOf: numberRanges(gpu, layout.deviceLength, ranges) };
  }

  /** Records folding a product into d. */
  observe(observation: Observation): void {
    this.#curvature.observe(observation);
    this.#stale = true;
  }

  /** Says that d was changed otherwise. */
  changed(): void {
    this.#stale = true;
  }

  /** D before bias correction; records making it from d where that has changed. */
  preconditioner(): Vector {
    if (this.#stale) this.#record();
    this.#stale = false;
    return this.#preconditioner;
  }

  /** Frees all but d. */
  [Symbol.dispose](): void {
    this.#curvature[Symbol.dispose]();
    this.#preconditioner[Symbol.dispose]();
    for (const buffer of Object.values(this.#means ?? {})) buffer[Symbol.dispose]();
  }

  #record(): void {
    const { gpu, layout } = this.context;
    const average = this.average.buffer;
    const length = layout.deviceLength / 4;
    const buffers = { average, preconditioner: this.#preconditioner.buffer };
    const groups = linearGroups(length, 64);
    if (this.#means === undefined) {
      gpu.dispatch(gpu.kernel(equilibrateSource, { damped: 0 }), buffers, { length, damping: 0 }, groups);
      return;
    }
    const { means, segments, segmentOf } = this.#means;
    gpu.dispatch(gpu.kernel(meansSource), { data: average, segments, means }, {}, [layout.length]);
    gpu.dispatch(
      gpu.kernel(equilibrateSource, { damped: 1 }),
      { ...buffers, segment_of: segmentOf, means },
      { length, damping: this.damping },
      groups,
    );
  }
}
