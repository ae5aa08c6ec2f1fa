import { differentiateInParts } from "../diff/passes.ts";
import type { DifferentiationRequest, ProductRequest } from "../diff/request.ts";
import type { Workspace } from "../diff/workspace.ts";
import type { Vector } from "../linalg/vector.ts";
import type { CurvatureKind } from "../objective/objective.ts";

/** Products after which the forward pass is made again. */
const MOST = 4096;

/**
 * Products on a batch that fits into one chunk, which share one forward pass and one gradient. Nothing else uses the workspace meanwhile.
 * The owner must dispose it.
 */
export class ProductsOfOneGradient implements Disposable {
  #passes?: Iterator<void, void, void>;
  /** Direction and result of the next product. */
  #next?: { readonly direction: Vector; readonly result: Vector };

  /** @param kind The matrix of the products. */
  constructor(
    readonly workspace: Workspace,
    readonly request: Omit<DifferentiationRequest, "products" | "onProduct">,
    readonly kind: CurvatureKind,
  ) {}

  /** Records the product with a direction; the first one with forward pass and gradient before it. */
  record(direction: Vector, result: Vector): void {
    this.#next = { direction, result };
    this.#passes ??= this.#begin();
    // The passes stop before each product, until the next direction is known.
    while (this.#next !== undefined) {
      if (this.#passes.next().done && this.#next !== undefined) this.#passes = this.#begin();
    }
  }

  /** Gives back the memory that the products share. */
  [Symbol.dispose](): void {
    this.#passes?.return?.();
    this.#passes = undefined;
  }

  #begin(): Iterator<void, void, void> {
    const next = () => this.#next!;
    const product: ProductRequest = {
      kind: this.kind,
      get direction() {
        return next().direction;
      },
      get result() {
        return next().result;
      },
    };
    const onProduct = () => this.#next = undefined;
    return differentiateInParts(this.workspace, {
      ...this.request,
      products: new Array<ProductRequest>(MOST).fill(product),
      onProduct,
    });
  }
}
