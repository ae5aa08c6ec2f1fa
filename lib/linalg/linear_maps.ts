import type { Layout, PlacedSegment } from "./layout.ts";
import { squareLayout } from "./matrix_view.ts";

/** A weight matrix and, if it has one, its bias. */
export interface LinearMap {
  /** The name of the map in the segments, or the weight's name if they name none. */
  readonly name: string;
  /** The weight, [outputs, inputs]. */
  readonly weight: PlacedSegment;
  /** The bias, [outputs]. */
  readonly bias?: PlacedSegment;
  /** The number of inputs, plus one if there is a bias. */
  readonly columns: number;
}

/** The weight matrices of a layout. */
export function weightsOf(layout: Layout): PlacedSegment[] {
  return layout.filter(({ role, shape }) => role === "weight" && shape.length === 2);
}

/** The linear maps of a layout, in the order of their weights. */
export function linearMapsOf(layout: Layout): LinearMap[] {
  return weightsOf(layout).map((weight) => {
    const bias = weight.map === undefined
      ? undefined
      : layout.find(({ role, map }) => role === "bias" && map === weight.map);
    return { name: weight.map ?? weight.name, weight, bias, columns: weight.columns + (bias === undefined ? 0 : 1) };
  });
}

/**
 * The layout of the Kronecker factors of all linear maps. For each map it has two matrices: `NAME.left`, the factor G of the
 * outputs' adjoints, [outputs, outputs], and `NAME.right`, the factor A of the inputs, [inputs, inputs]. If the map has a
 * bias, A is [inputs + 1, inputs + 1] and includes a constant input of 1.
 */
export function kroneckerLayout(layout: Layout): Layout {
  return squareLayout(
    linearMapsOf(layout).flatMap(({ name, weight, columns }) => [
      { name: `${name}.left`, size: weight.rows },
      { name: `${name}.right`, size: columns },
    ]),
  );
}
