import { differentiate } from "../../lib/diff/passes.ts";
import { Workspace } from "../../lib/diff/workspace.ts";
import { KroneckerFactors } from "../../lib/diff/kronecker_factors.ts";
import type { ProductRequest } from "../../lib/diff/request.ts";
import type { Activation } from "../../lib/field/activation/activation.ts";
import { activations } from "../../lib/field/activation/registry.ts";
import type { FieldDescription } from "../../lib/field/description.ts";
import { createField, type Field } from "../../lib/field/field.ts";
import { mlp } from "../../lib/field/mlp.ts";
import { tuneTangents } from "../../lib/diff/tune_tangents.ts";
import { tuneKernels } from "../../lib/field/tune.ts";
import { createVector, type Vector } from "../../lib/linalg/vector.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import type { StorageFormat } from "../../lib/gpu/storage_format.ts";
import { streams } from "../../lib/gpu/random.ts";
import { meanSquaredError } from "../../lib/objective/mean_squared_error.ts";
import type { ObservationKind } from "../../lib/optim/observation.ts";
import { createOptimizer, type Optimizer, type OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { optimizerFromConfig } from "../../lib/optim/registry.ts";
import { tableData, type TrainingData } from "../../lib/data/training_data.ts";
import { RING, TrainingStep } from "../../lib/train/training_step.ts";
import { defaultValues, optimizerDefaults } from "../training/optimizer_defaults.ts";
import type { BenchValues } from "./command.ts";

/** The settings of a benchmark: the field's architecture and the optimizer. */
export interface BenchSetup extends Pick<BenchValues, "activation" | "width" | "layers" | "optimizer"> {
  /** How hidden layers are stored; in single precision by default. */
  readonly storage?: StorageFormat;
}

/** A small learning rate, so that long measurements do not diverge. */
export const LEARNING_RATE = 1e-4;

/** An optimizer as the tasks set it, as far as that does not depend on the activation, with the small learning rate and further options. */
export function optimizerOf(name: string, options: Readonly<Record<string, number>> = {}): OptimizerSpec {
  const usual = defaultValues(optimizerDefaults.options[name] ?? {}, options, () => undefined);
  return optimizerFromConfig({ name, learningRate: LEARNING_RATE, ...usual, ...options });
}

/**
 * The same optimizer long after its start: `steady` refreshes curvature at step 0 only, and `busy` does at every step what it usually does at
 * intervals.
 */
export function pacedOptimizerOf(name: string, pace: "steady" | "busy"): OptimizerSpec {
  const every = pace === "steady" ? 2 ** 30 : 1;
  const usual = optimizerOf(name).options;
  // Factors follow before a refresh only.
  const intervals = Object.keys(usual).filter((option) => option.endsWith("Every") && option !== "factorsEvery");
  const start = Object.entries({ initialProbes: 1, warmup: 0 }).filter(([option]) => Object.hasOwn(usual, option));
  const paced = { ...Object.fromEntries(start), ...Object.fromEntries(intervals.map((option) => [option, every])) };
  return optimizerOf(name, paced);
}

/** A field as for images, with 2 inputs and 3 outputs. */
export function fieldOf({ activation, width, layers }: BenchSetup): FieldDescription {
  return mlp({
    inputs: 2,
    hidden: Array(layers).fill(width),
    outputs: 3,
    activation: activations[activation](),
  });
}

/** A batch that is the same for every library: points of a low-discrepancy sequence in [−1, 1]², and smooth colours in [0, 1]. */
export function batchOf(rows: number): { inputs: Float32Array; targets: Float32Array } {
  const inputs = new Float32Array(rows * 2);
  const targets = new Float32Array(rows * 3);
  for (let n = 0; n < rows; n++) {
    // Roberts' R2 sequence: the fractional parts of n/g and n/g², where g is the plastic number.
    const x = 2 * ((0.5 + n * 0.7548776662466927) % 1) - 1;
    const y = 2 * ((0.5 + n * 0.5698402909980532) % 1) - 1;
    inputs.set([x, y], n * 2);
    targets.set([0.5 + 0.5 * Math.sin(3 * x + y), 0.5 + 0.5 * Math.cos(4 * y), 0.5 + 0.25 * x * y], n * 3);
  }
  return { inputs, targets };
}

/** The work that is timed at one batch size. */
export class Workload implements Disposable {
  readonly field: Field;
  readonly step: TrainingStep;
  /** The activation of the hidden layers. */
  readonly activation: Activation;
  readonly #data: TrainingData;
  readonly #optimizer: Optimizer;
  readonly #products: Workspace;
  readonly #vectors: Vector[];
  /** Created at their first use. */
  #kronecker?: KroneckerFactors;
  #steps = 0;

  constructor(readonly gpu: Gpu, setup: BenchSetup, readonly batch: number) {
    const objective = meanSquaredError();
    this.activation = activations[setup.activation]();
    this.field = createField(gpu, fieldOf(setup), { seed: 0 });
    const { field } = this;
    this.#data = tableData(field, objective, batchOf(batch));
    this.#optimizer = createOptimizer(gpu, pacedOptimizerOf(setup.optimizer, "steady"), field.layout);
    const { storage } = setup;
    const parts = { field, objective, data: this.#data, optimizer: this.#optimizer, storage };
    this.step = new TrainingStep({ ...parts, batchSize: batch, seed: 0 });
    this.#products = new Workspace(field, objective, { samples: batch, products: true, storage });
    this.#vectors = ["gradient", "direction", "product"].map((label) => createVector(gpu, field.layout, label));
  }

  /** Chooses kernels as training does, compiles them and makes the first step. Returns the loss before this step. */
  async prepare(): Promise<number> {
    await this.step.tune();
    // Hessian-vector products take more memory, so their chunks may be smaller.
    for (const rows of this.#products.chunkSizes(this.batch)) {
      const { description } = this.field;
      await tuneKernels(this.gpu, { description, rows, gradients: true });
      await tuneTangents(this.gpu, { description, rows });
    }
    this.recordStep();
    const [bytes] = await this.gpu.read(this.step.workspace.losses);
    this.recordProduct();
    await this.gpu.synchronize();
    return new Float32Array(bytes)[0];
  }

  /** Records a training step. */
  recordStep(): void {
    this.step.record(this.#steps % RING, LEARNING_RATE);
    this.#steps++;
  }

  /** Records loss and gradient of the batch. */
  recordGradient(): void {
    this.#differentiate();
  }

  /** Records loss, gradient and one Hessian-vector product or another observation, including its random numbers. */
  recordProduct(curvature: ObservationKind = "hessianProbe"): void {
    this.#differentiate(curvature);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    const owned = [
      ...this.#vectors,
      this.#products,
      this.#kronecker,
      this.step,
      this.#optimizer,
      this.#data,
      this.field,
    ];
    for (const each of owned) each?.[Symbol.dispose]();
  }

  #differentiate(curvature?: ObservationKind): void {
    const [gradient, direction, result] = this.#vectors;
    this.gpu.phase("batch");
    const { rows } = this.step.sampler.draw(0);
    const key = { seed: 0, stream: streams.probe, step: 0 };
    const products: ProductRequest[] = [];
    let kronecker: KroneckerFactors | undefined;
    if (curvature === "hessianProbe") {
      this.gpu.phase("probe");
      direction.fillRademacher(key);
      products.push({ kind: "hessian", direction, result });
    } else if (curvature === "gaussNewtonSample") products.push({ kind: "gaussNewtonSample", key, result });
    else if (curvature === "kroneckerFactors") {
      kronecker = this.#kronecker ??= new KroneckerFactors(this.gpu, this.field.layout, this.#products.chunkRows);
    }
    differentiate(this.#products, {
      samples: rows,
      fill: (chunk) => this.#data.fill(chunk, this.step.sampler.indices, { seed: 0, step: 0, epoch: 0 }),
      gradient,
      products,
      kronecker,
    });
    this.gpu.phase("");
  }
}
