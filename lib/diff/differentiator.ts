import type { Field } from "../field/field.ts";
import { createVector, Vector } from "../linalg/vector.ts";
import type { Batch } from "../objective/batch.ts";
import type { CurvatureKind, Objective } from "../objective/objective.ts";
import { hostBatch } from "./host_batch.ts";
import { differentiate } from "./passes.ts";
import type { DirectionalRequest } from "./request.ts";
import { Workspace } from "./workspace.ts";

/** Options of {@linkcode createDifferentiator}. */
export interface DifferentiatorOptions {
  /** Samples of the largest batch; device memory is allocated anew when a batch is larger than all before it. */
  samples?: number;
  /** Bytes of device memory that a chunk may take; a larger batch is worked through in chunks. */
  memory?: number;
}

/** Loss and gradient. */
export interface LossAndGradient {
  /** The mean over the batch. */
  readonly loss: number;
  /** A vector of the field's layout. */
  readonly gradient: Vector;
}

/** A product Hv or Gv that is asked for. */
export interface CurvatureProduct {
  /** H or G. */
  readonly kind: CurvatureKind;
  /** v, in flat order or as a vector of the field's layout. */
  readonly direction: Float32Array | Vector;
}

/** Vectors of the field's layout that results go into. They stay the caller's. */
export interface ResultVectors {
  /** For the gradient. */
  readonly gradient?: Vector;
  /** For the product; neither the direction nor the gradient's vector. */
  readonly product?: Vector;
}

/**
 * Computes loss, gradient and second-order products of objective(field) at the field's present parameters, as often as it is asked,
 * without allocating device memory each time. Made by {@linkcode createDifferentiator}; whoever makes it disposes it.
 *
 * The vectors that it returns belong to it: the next call overwrites them, and they are freed together with it. One of them may be
 * the direction of the next call. Each call waits for one read-back, that of the loss.
 */
export class Differentiator implements Disposable {
  readonly #field: Field;
  readonly #objective: Objective;
  readonly #options: DifferentiatorOptions;
  /** Without memory for products, and with it: made when first needed. */
  readonly #workspaces = new Map<boolean, { readonly samples: number; readonly workspace: Workspace }>();
  readonly #vectors: Vector[] = [];

  /** Use {@linkcode createDifferentiator}. */
  constructor(field: Field, objective: Objective, options: DifferentiatorOptions) {
    this.#field = field;
    this.#objective = objective;
    this.#options = options;
  }

  /**
   * Loss and gradient by reverse mode.
   *
   * @param into Where the gradient goes, instead of a vector of the differentiator's own.
   * @throws When shapes do not fit.
   */
  async lossAndGradient(batch: Batch, into: Pick<ResultVectors, "gradient"> = {}): Promise<LossAndGradient> {
    const { loss, gradient } = await this.#differentiate(batch, [], into);
    return { loss, gradient };
  }

  /**
   * Loss, gradient and the exact Hessian-vector product Hv, by forward over reverse mode (Pearlmutter 1994, "Fast exact multiplication
   * by the Hessian"), sharing one primal pass.
   *
   * @param direction v, in flat order or as a vector of the field's layout.
   * @param into Where results go, instead of vectors of the differentiator's own.
   * @throws When shapes do not fit.
   */
  async hessianVectorProduct(
    batch: Batch,
    direction: Float32Array | Vector,
    into: ResultVectors = {},
  ): Promise<LossAndGradient & { readonly hvp: Vector }> {
    const asked = [{ kind: "hessian", direction }] as const;
    const { loss, gradient, products: [hvp] } = await this.#differentiate(batch, asked, into);
    return { loss, gradient, hvp };
  }

  /**
   * Loss, gradient and the Gauss-Newton product Gv = Jᵀ(∂²loss)Jv, J the Jacobian of the outputs; G is positive semidefinite
   * (Schraudolph 2002, "Fast curvature matrix-vector products").
   *
   * @param direction v, in flat order or as a vector of the field's layout.
   * @param into Where results go, instead of vectors of the differentiator's own.
   * @throws When shapes do not fit.
   */
  async gaussNewtonVectorProduct(
    batch: Batch,
    direction: Float32Array | Vector,
    into: ResultVectors = {},
  ): Promise<LossAndGradient & { readonly gnvp: Vector }> {
    const asked = [{ kind: "gaussNewton", direction }] as const;
    const { loss, gradient, products: [gnvp] } = await this.#differentiate(batch, asked, into);
    return { loss, gradient, gnvp };
  }

  /**
   * Loss, gradient and any number of products. On a batch that fits one chunk they share one primal pass.
   *
   * @returns The products in the order asked for, each in a vector of its own.
   * @throws When shapes do not fit.
   */
  curvatureProducts(
    batch: Batch,
    asked: readonly CurvatureProduct[],
  ): Promise<LossAndGradient & { readonly products: readonly Vector[] }> {
    return this.#differentiate(batch, asked, {});
  }

  /** Frees the device memory, that of all vectors returned included. */
  [Symbol.dispose](): void {
    for (const { workspace } of this.#workspaces.values()) workspace[Symbol.dispose]();
    this.#workspaces.clear();
    for (const vector of this.#vectors.splice(0)) vector[Symbol.dispose]();
  }

  async #differentiate(
    batch: Batch,
    asked: readonly CurvatureProduct[],
    into: ResultVectors,
  ): Promise<LossAndGradient & { readonly products: readonly Vector[] }> {
    const host = hostBatch(this.#field, this.#objective, batch);
    const inUse = this.#given(asked, into);
    const gradient = into.gradient ?? this.#own(inUse);
    const products = asked.map(({ kind, direction: given }): DirectionalRequest => {
      const direction = given instanceof Vector ? given : this.#own(inUse);
      if (!(given instanceof Vector)) direction.write(given);
      return { kind, direction, result: into.product ?? this.#own(inUse) };
    });
    const workspace = this.#workspace(host.samples, products.length > 0);
    differentiate(workspace, { ...host, gradient, products });
    const [bytes] = await this.#field.gpu.read(workspace.losses);
    return { loss: new Float32Array(bytes)[0], gradient, products: products.map(({ result }) => result) };
  }

  /** The vectors that the caller gave, checked. */
  #given(asked: readonly CurvatureProduct[], into: ResultVectors): Set<Vector> {
    const inUse = new Set<Vector>();
    for (const { direction } of asked) {
      if (!(direction instanceof Vector)) continue;
      this.#checkLayout("direction", direction);
      inUse.add(direction);
    }
    for (const vector of [into.gradient, into.product]) {
      if (vector === undefined) continue;
      this.#checkLayout("into", vector);
      // Chunks read the direction after the first of them has written the results.
      if (inUse.has(vector)) throw new Error("into: another vector than the direction expected.");
    }
    if (into.gradient !== undefined && into.gradient === into.product) {
      throw new Error("into: two vectors expected for gradient and product, one found.");
    }
    for (const vector of [into.gradient, into.product]) if (vector !== undefined) inUse.add(vector);
    return inUse;
  }

  /** Vectors must lie on the device as the parameters do. */
  #checkLayout(name: string, { layout: found }: Vector): void {
    const { layout } = this.#field;
    if (layout.samePlaces(found)) return;
    throw new Error(
      `${name}: a vector of the field's layout (${layout.parameterCount} numbers) expected, ` +
        `one of another with ${found.parameterCount} found.`,
    );
  }

  /** A vector of its own that is not in use in this call, and now is. */
  #own(inUse: Set<Vector>): Vector {
    const { gpu, layout } = this.#field;
    let vector = this.#vectors.find((each) => !inUse.has(each));
    if (vector === undefined) this.#vectors.push(vector = createVector(gpu, layout, "differentiator's vector"));
    inUse.add(vector);
    return vector;
  }

  #workspace(samples: number, products: boolean): Workspace {
    const made = this.#workspaces.get(products);
    if (made !== undefined && samples <= made.samples) return made.workspace;
    made?.workspace[Symbol.dispose]();
    this.#workspaces.delete(products);
    const { samples: largest = 0, memory } = this.#options;
    const options = { samples: Math.max(samples, largest), products, memory };
    const workspace = new Workspace(this.#field, this.#objective, options);
    this.#workspaces.set(products, { samples: options.samples, workspace });
    return workspace;
  }
}

/**
 * Makes an object that computes loss, gradient and second-order products of objective(field) again and again without allocating each
 * time.
 *
 * @example
 * ```ts ignore
 * using differentiator = createDifferentiator(field, meanSquaredError());
 * for (const batch of batches) {
 *   const { loss, gradient } = await differentiator.lossAndGradient(batch);
 *   const { hvp } = await differentiator.hessianVectorProduct(batch, gradient);
 * }
 * ```
 */
export function createDifferentiator(
  field: Field,
  objective: Objective,
  options: DifferentiatorOptions = {},
): Differentiator {
  return new Differentiator(field, objective, options);
}
