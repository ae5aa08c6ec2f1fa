import { NUMBER_BYTES, type StorageFormat } from "../gpu/storage_format.ts";
import type { Activation } from "./activation/activation.ts";
import { fanInOf, type FieldDescription, isEncoding, isHidden, widthsOf } from "./description.ts";
import { padWidth } from "../linalg/layout.ts";
import type { MatmulShape } from "../linalg/gemm/shape.ts";

/** Bytes that one row of a chunk takes; see `bytesPerRow`. */
interface BytesPerRow {
  readonly total: number;
  readonly widest: number;
  readonly adjoints: number;
}

/**
 * The bytes that one row of a chunk takes: in all buffers together (`total`, which includes tangents if `tangents` says so), in the
 * widest buffer (`widest`), and in the adjoints of all values and preactivations if all of them are kept (`adjoints`, not part
 * of the total).
 *
 * @param storage How a network stores what hidden layers compute.
 */
export function bytesPerRow(
  description: FieldDescription,
  tangents: boolean,
  storage: StorageFormat = "f32",
): BytesPerRow {
  const widths = widthsOf(description);
  let bytes = 4 * Object.values(description.inputs).reduce((sum, width) => sum + padWidth(width), 0);
  let widest = 0;
  let adjoints = 0;
  for (const layer of description.layers) {
    const padded = padWidth(widths.get(layer.name)!);
    const maps = isEncoding(layer) ? 1 : layer.activation.maps.length;
    const joined = layer.from.length > 1 ? padWidth(fanInOf(layer, widths)) : 0;
    const hidden = NUMBER_BYTES[isHidden(description, layer) ? storage : "f32"];
    bytes += padded * (maps + 1) * (hidden + (tangents ? 4 : 0)) + joined * (tangents ? 8 : 4);
    widest = Math.max(widest, padded * maps, joined);
    if (!isEncoding(layer)) adjoints += padded * (maps + 1);
  }
  return { total: bytes + widest * 4, widest: widest * 4, adjoints: adjoints * 4 };
}

/** The products of a dense layer. */
interface LayerProducts {
  /** Their sizes. */
  readonly shape: MatmulShape;
  /** Whether a backward pass needs the adjoint of the layer's input. */
  readonly propagates: boolean;
  /** The layer's activation. */
  readonly activation: Activation;
  /** The activation of the layer that it reads, if it reads one alone. */
  readonly below?: Activation;
}

/** The sizes of all dense layers' matrix products, and the activations beside them. */
export function productShapes(description: FieldDescription, rows: number): LayerProducts[] {
  const widths = widthsOf(description);
  const active = new Map<string, Activation>();
  const shapes = [];
  for (const layer of description.layers) {
    if (isEncoding(layer)) continue;
    active.set(layer.name, layer.activation);
    shapes.push({
      activation: layer.activation,
      below: layer.from.length === 1 ? active.get(layer.from[0]) : undefined,
      shape: {
        rows,
        outputs: padWidth(widths.get(layer.name)!) * layer.activation.maps.length,
        inputs: padWidth(fanInOf(layer, widths)),
      },
      propagates: layer.from.some((source) => active.has(source)),
    });
  }
  return shapes;
}
