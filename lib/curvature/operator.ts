import { checkOptions } from "../hyperparameter/members.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Field } from "../field/field.ts";
import { hostBatch } from "../diff/host_batch.ts";
import { differentiate } from "../diff/passes.ts";
import { ProductsOfOneGradient } from "./products_of_one_gradient.ts";
import type { ChunkRequest } from "../diff/request.ts";
import { Workspace } from "../diff/workspace.ts";
import type { Layout } from "../linalg/layout.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import type { Batch } from "../objective/batch.ts";
import type { CurvatureKind, Objective } from "../objective/objective.ts";
import { checkWord } from "./check_entries.ts";

/** A symmetric matrix of which only products with vectors are asked. */
export interface SymmetricOperator {
  /** The device of its vectors. */
  readonly gpu: Gpu;
  /** The layout of its vectors. */
  readonly layout: Layout;
  /**
   * Records or computes `into` = A · `direction`. The padding of both is 0. The caller awaits it before the next call.
   *
   * @param into Another vector than `direction`.
   */
  apply(direction: Vector, into: Vector): void | Promise<void>;
}

/** Samples on which curvature is measured: in host arrays, or written on the device when they are needed. */
export type CurvatureBatch = Batch | DeviceBatch;

/** A batch that is written on the device, for instance one that training data draw. */
export interface DeviceBatch {
  /** The number of samples. */
  readonly samples: number;
  /** Records writing one chunk of the samples to the device. */
  readonly fill: (chunk: ChunkRequest) => void;
}

/** A batch in the form in which passes take it. */
export function deviceBatch(field: Field, objective: Objective, batch: CurvatureBatch): DeviceBatch {
  return "fill" in batch ? batch : hostBatch(field, objective, batch);
}

/** The Hessian or Gauss-Newton matrix as an operator. Whoever creates it must dispose it. */
export type CurvatureOperator = SymmetricOperator & Disposable;

/** Options of {@linkcode curvatureOperator}. */
export interface CurvatureOperatorOptions {
  /**
   * Whether parameters and batch stay what they are at the first product (default: false). Then forward pass and gradient, which are a third
   * of the work of a product, are computed only once, if the batch fits into one chunk. The bits of products are the same.
   */
  readonly fixed?: boolean;
}

/**
 * The Hessian H of objective(field) on a batch, or its Gauss-Newton matrix G, at the field's current parameters. A product only queues
 * work on the device and waits for nothing.
 *
 * @param kind Which of the two.
 * @throws If there is no such kind, or the batch does not fit the field and the objective.
 */
export function curvatureOperator(
  field: Field,
  objective: Objective,
  batch: CurvatureBatch,
  kind: CurvatureKind = "hessian",
  options: CurvatureOperatorOptions = {},
): CurvatureOperator {
  checkOptions("curvatureOperator", options, { fixed: true });
  const { fixed = false } = options;
  checkWord("curvatureOperator: kind", kind, ["hessian", "gaussNewton"]);
  const { gpu, layout } = field;
  using made = new DisposableStack();
  const samples = deviceBatch(field, objective, batch);
  const workspace = made.use(new Workspace(field, objective, { samples: samples.samples, products: true }));
  const gradient = made.use(createVector(gpu, layout, "gradient"));
  const request = { ...samples, gradient };
  const once = fixed && workspace.chunksOf({ first: 0, samples: samples.samples }).length === 1;
  const products = once ? made.use(new ProductsOfOneGradient(workspace, request, kind)) : undefined;
  const owned = made.move();
  return {
    gpu,
    layout,
    apply(direction, into) {
      if (products !== undefined) products.record(direction, into);
      else differentiate(workspace, { ...request, products: [{ kind, direction, result: into }] });
    },
    [Symbol.dispose]: () => owned.dispose(),
  };
}
