import type { Layout, PlacedSegment } from "./layout.ts";
import { squareLayout } from "./matrix_view.ts";

/** A weight matrix and the bias that goes with it. */
export interface LinearMap {
  /** As the segments call it, or the weight's name. */
  readonly name: string;
  /** [outputs, inputs]. */
  readonly weight: PlacedSegment;
  /** [outputs]. */
  readonly bias?: PlacedSegment;
  /** Inputs, and one for the bias where there is one. */
  readonly columns: number;
}

/** The linear maps of a layout, in its order. */
export function linearMapsOf(layout: Layout): LinearMap[] {
  return layout.filter(({ role, shape }) => role === "weight" && shape.length === 2).map((weight) => {
    const bias = weight.map === undefined
      ? undefined
      : layout.find(({ role, map }) => role === "bias" && map === weight.map);
    return { name: weight.map ?? weight.name, weight, bias, columns: weight.columns + (bias === undefined ? 0 : 1) };
  });
}

/**
 * The layout of Kronecker factors: for each linear map `NAME.left`, G of its outputs' adjoints [outputs, outputs], and
 * `NAME.right`, A of its inputs and a one for the bias [inputs + 1, inputs + 1].
 */
export function kroneckerLayout(layout: Layout): Layout {
  return squareLayout(
    linearMapsOf(layout).flatMap(({ name, weight, columns }) => [
      { name: `${name}.left`, size: weight.rows },
      { name: `${name}.right`, size: columns },
    ]),
  );
}
