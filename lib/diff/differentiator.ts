import { checkArguments, FIELD, OBJECTIVE } from "../hyperparameter/arguments.ts";
import {
  checkMember,
  checkMembers,
  checkOptions,
  NUMBER,
  oneOf,
  optional,
  type OptionNames,
} from "../hyperparameter/members.ts";
import { STORAGE_FORMATS, type StorageFormat } from "../gpu/storage_format.ts";
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
  /**
   * Number of samples of the largest batch. If a batch is larger than this and all before it, device memory is allocated
   * again.
   */
  samples?: number;
  /** Bytes of device memory that a chunk may take. A batch that needs more is processed in several chunks. */
  memory?: number;
  /**
   * How hidden layers' preactivations and values are stored: `"f32"` (default), or `"f16"`, which halves their memory and rounds them to 11
   * bits (docs/kernels.md).
   */
  storage?: StorageFormat;
}

/** Loss and gradient. */
export interface LossAndGradient {
  /** The loss, which is a mean over the batch. */
  readonly loss: number;
  /** The gradient, a vector of the field's layout. */
  readonly gradient: Vector;
}

/** A request for a product Hv or Gv. */
export interface CurvatureProduct {
  /** The matrix, H or G. */
  readonly kind: CurvatureKind;
  /** The direction v, in flat order or as a vector of the field's layout. */
  readonly direction: Float32Array | Vector;
}

/** Vectors of the field's layout to which results are written. The caller keeps owning them. */
export interface ResultVectors {
  /** Where the gradient is written. */
  readonly gradient?: Vector;
  /** Where the product is written. It must be neither the direction nor the gradient's vector. */
  readonly product?: Vector;
}

/** The names of {@linkcode ResultVectors}. */
const RESULT_VECTORS: OptionNames<ResultVectors> = { gradient: true, product: true };

/**
 * Computes loss, gradient and second-order products of objective(field) at the field's current parameters. It can be called
 * repeatedly without allocating device memory each time. {@linkcode createDifferentiator} creates it, and the caller must dispose
 * it.
 *
 * The differentiator owns the vectors that it returns: the next call overwrites them, and they are freed together with it. One of
 * them may be the direction of the next call. Each call waits for one read-back, that of the loss. A call is refused while another one
 * waits, because both would use the same vectors.
 */
export class Differentiator implements Disposable {
  readonly #field: Field;
  readonly #objective: Objective;
  readonly #options: DifferentiatorOptions;
  /** The workspaces without (`false`) and with (`true`) memory for products. Each is created when it is first needed. */
  readonly #workspaces = new Map<boolean, { readonly samples: number; readonly workspace: Workspace }>();
  readonly #vectors: Vector[] = [];
  /** Whether a call waits for its read-back. */
  #busy = false;
  #disposed = false;

  /** Only {@linkcode createDifferentiator} calls this. */
  constructor(field: Field, objective: Objective, options: DifferentiatorOptions) {
    this.#field = field;
    this.#objective = objective;
    this.#options = options;
    const { samples = 1 } = options;
    if (!Number.isSafeInteger(samples) || samples < 1) {
      throw new Error(`differentiator: samples: expected a whole number from 1, found ${samples}.`);
    }
  }

  /**
   * Computes loss and gradient by reverse mode.
   *
   * @param into Where the gradient is written, instead of a vector that the differentiator owns.
   * @throws If shapes do not fit.
   */
  async lossAndGradient(batch: Batch, into: Pick<ResultVectors, "gradient"> = {}): Promise<LossAndGradient> {
    checkOptions("lossAndGradient", into, { gradient: true });
    const { loss, gradient } = await this.#differentiate(batch, [], into);
    return { loss, gradient };
  }

  /**
   * Computes loss, gradient and the exact Hessian-vector product Hv by forward over reverse mode (Pearlmutter 1994, "Fast exact
   * multiplication by the Hessian"). All share one forward pass.
   *
   * @param direction v, in flat order or as a vector of the field's layout.
   * @param into Where results are written, instead of vectors that the differentiator owns.
   * @throws If shapes do not fit.
   */
  async hessianVectorProduct(
    batch: Batch,
    direction: Float32Array | Vector,
    into: ResultVectors = {},
  ): Promise<LossAndGradient & { readonly hvp: Vector }> {
    checkOptions("hessianVectorProduct", into, RESULT_VECTORS);
    const asked = [{ kind: "hessian", direction }] as const;
    const { loss, gradient, products: [hvp] } = await this.#differentiate(batch, asked, into);
    return { loss, gradient, hvp };
  }

  /**
   * Computes loss, gradient and the Gauss-Newton product Gv = Jᵀ(∂²loss)Jv, where J is the Jacobian of the outputs (Schraudolph
   * 2002, "Fast curvature matrix-vector products"). G is positive semidefinite.
   *
   * @param direction v, in flat order or as a vector of the field's layout.
   * @param into Where results are written, instead of vectors that the differentiator owns.
   * @throws If shapes do not fit.
   */
  async gaussNewtonVectorProduct(
    batch: Batch,
    direction: Float32Array | Vector,
    into: ResultVectors = {},
  ): Promise<LossAndGradient & { readonly gnvp: Vector }> {
    checkOptions("gaussNewtonVectorProduct", into, RESULT_VECTORS);
    const asked = [{ kind: "gaussNewton", direction }] as const;
    const { loss, gradient, products: [gnvp] } = await this.#differentiate(batch, asked, into);
    return { loss, gradient, gnvp };
  }

  /**
   * Computes loss, gradient and any number of products. If the batch fits in one chunk, all share one forward pass.
   *
   * @param asked The products to compute.
   * @returns Loss, gradient and the products in the order of `asked`, each in a separate vector.
   * @throws If shapes do not fit.
   */
  curvatureProducts(
    batch: Batch,
    asked: readonly CurvatureProduct[],
  ): Promise<LossAndGradient & { readonly products: readonly Vector[] }> {
    return this.#differentiate(batch, asked, {});
  }

  /** Frees the device memory, including that of all vectors that were returned. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const { workspace } of this.#workspaces.values()) workspace[Symbol.dispose]();
    this.#workspaces.clear();
    for (const vector of this.#vectors.splice(0)) vector[Symbol.dispose]();
  }

  async #differentiate(
    batch: Batch,
    asked: readonly CurvatureProduct[],
    into: ResultVectors,
  ): Promise<LossAndGradient & { readonly products: readonly Vector[] }> {
    if (this.#disposed) throw new Error("differentiator: used after it was disposed.");
    if (this.#busy) {
      throw new Error("differentiator: called while an earlier call is not complete; await that one first.");
    }
    const host = hostBatch(this.#field, this.#objective, batch);
    const inUse = this.#given(asked, into);
    const gradient = into.gradient ?? this.#own(inUse);
    const products = asked.map(({ kind, direction: given }): DirectionalRequest => {
      checkMember("direction", given, DIRECTION);
      const direction = given instanceof Vector ? given : this.#own(inUse);
      if (!(given instanceof Vector)) direction.write(given);
      return { kind, direction, result: into.product ?? this.#own(inUse) };
    });
    const workspace = this.#workspace(host.samples, products.length > 0);
    differentiate(workspace, { ...host, gradient, products });
    this.#busy = true;
    const [bytes] = await this.#field.gpu.read(workspace.losses).finally(() => this.#busy = false);
    return { loss: new Float32Array(bytes)[0], gradient, products: products.map(({ result }) => result) };
  }

  /** Checks the vectors that the caller passed, and returns the set of them. */
  #given(asked: readonly CurvatureProduct[], into: ResultVectors): Set<Vector> {
    const inUse = new Set<Vector>();
    for (const { kind, direction } of asked) {
      if (kind !== "hessian" && kind !== "gaussNewton") {
        throw new Error(`differentiator: kind: expected "hessian" or "gaussNewton", found ${JSON.stringify(kind)}.`);
      }
      if (!(direction instanceof Vector)) continue;
      this.#checkLayout("direction", direction);
      inUse.add(direction);
    }
    for (const vector of [into.gradient, into.product]) {
      if (vector === undefined) continue;
      this.#checkLayout("into", vector);
      // If there are several chunks, later ones read the direction after the first has written the results.
      if (inUse.has(vector)) throw new Error("into: expected another vector than the direction, found the direction.");
    }
    if (into.gradient !== undefined && into.gradient === into.product) {
      throw new Error("into: expected two vectors for gradient and product, found one.");
    }
    for (const vector of [into.gradient, into.product]) if (vector !== undefined) inUse.add(vector);
    return inUse;
  }

  /** Throws if a vector's layout on the device differs from that of the parameters. */
  #checkLayout(name: string, { layout: found }: Vector): void {
    const { layout } = this.#field;
    if (layout.samePlaces(found)) return;
    throw new Error(
      `${name}: expected a vector of the field's layout (${layout.parameterCount} numbers), ` +
        `found one of another layout (${found.parameterCount} numbers).`,
    );
  }

  /** Takes a vector that the differentiator owns and that is not yet used in this call, and marks it as used. */
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
    const { samples: largest = 0, memory, storage } = this.#options;
    const options = { samples: Math.max(samples, largest), products, memory, storage };
    const workspace = new Workspace(this.#field, this.#objective, options);
    this.#workspaces.set(products, { samples: options.samples, workspace });
    return workspace;
  }
}

const DIRECTION = {
  expected: "a direction: a Float32Array, or a vector made by createVector",
  holds: (value: unknown) => value instanceof Vector || value instanceof Float32Array,
};

/**
 * Creates an object that computes loss, gradient and second-order products of objective(field) repeatedly, without allocating device
 * memory each time.
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
  checkMembers("createDifferentiator", options, {
    samples: optional(NUMBER),
    memory: optional(NUMBER),
    storage: optional(oneOf(STORAGE_FORMATS)),
  });
  checkArguments("createDifferentiator", { field: [field, FIELD], objective: [objective, OBJECTIVE] });
  return new Differentiator(field, objective, options);
}
