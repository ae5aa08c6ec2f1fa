import { type FieldDescription, isEncoding, widthsOf } from "./description.ts";
import { padWidth } from "../linalg/layout.ts";
import type { MatmulShape } from "../linalg/gemm/shape.ts";

/** See `bytesPerRow`. */
interface BytesPerRow {
  readonly total: number;
  readonly widest: number;
  readonly adjoints: number;
}

/**
 * Bytes that a row of a chunk takes, tangents included where wanted, the widest buffer's share, and what the adjoints of all
 * values and preactivations would take.
 */
export function bytesPerRow(description: FieldDescription, tangents: boolean): BytesPerRow {
  const widths = widthsOf(description);
  let entries = Object.values(description.inputs).reduce((sum, width) => sum + padWidth(width), 0);
  let widest = 0;
  let adjoints = 0;
  for (const layer of description.layers) {
    const padded = padWidth(widths.get(layer.name)!);
    const maps = isEncoding(layer) ? 1 : layer.activation.maps.length;
    const joined = layer.from.length > 1
      ? padWidth(layer.from.reduce((sum, source) => sum + widths.get(source)!, 0))
      : 0;
    entries += (padded * (maps + 1) + joined) * (tangents ? 2 : 1);
    widest = Math.max(widest, padded * maps, joined);
    if (!isEncoding(layer)) adjoints += padded * (maps + 1);
  }
  return { total: (entries + widest) * 4, widest: widest * 4, adjoints: adjoints * 4 };
}

/** Sizes of all layers' products, and which of them a backward pass needs an adjoint of its input from. */
export function productShapes(
  description: FieldDescription,
  rows: number,
): { shape: MatmulShape; propagates: boolean }[] {
  const widths = widthsOf(description);
  const active = new Set<string>();
  const shapes = [];
  for (const layer of description.layers) {
    if (isEncoding(layer)) continue;
    active.add(layer.name);
    shapes.push({
      shape: {
        rows,
        outputs: padWidth(widths.get(layer.name)!) * layer.activation.maps.length,
        inputs: padWidth(layer.from.reduce((sum, source) => sum + widths.get(source)!, 0)),
      },
      propagates: layer.from.some((source) => active.has(source)),
    });
  }
  return shapes;
}
