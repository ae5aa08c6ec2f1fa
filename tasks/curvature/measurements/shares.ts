import type { ProductDensities, ProductDensity } from "../../../lib/curvature/product_density.ts";
import type { Layout } from "../../../lib/linalg/layout.ts";
import { list, number, object, type Shaped, text, word } from "../../shell/shape.ts";
import type { Figure } from "../measurement.ts";

const share = number({ min: 0, max: 1 });

/** Shares of entries that are 0, and that are below parts of the root of the mean square of all. */
const sharesShape = object({ zero: share, belowThousandth: share, belowHundredth: share });

/** Shares over all entries, and over the weights and the biases of each layer. */
export const densitiesShape = {
  all: sharesShape,
  layers: list(
    object({
      layer: text(),
      role: word(["weight", "bias", "table"]),
      zero: share,
      belowThousandth: share,
      belowHundredth: share,
    }),
    { least: 1 },
  ),
};

/** Shares of entries. */
export type Shares = Shaped<typeof sharesShape>;

/** What is stored of densities. */
export interface StoredDensities {
  readonly all: Shares;
  readonly layers: Shaped<typeof densitiesShape.layers>;
}

/** Densities as they are stored. The weights of a layer with several linear maps count together, and so do its biases. */
export function storedDensities({ all, segments }: ProductDensities, layout: Layout): StoredDensities {
  const parts = Map.groupBy(layout, ({ block, name, role }) => `${block ?? name} ${role}`);
  const layers = [...parts.values()].map((of) => {
    const [{ block, name, role }] = of;
    return { layer: block ?? name, role, ...joined(of.map((each) => segments.get(each.name)!)) };
  });
  return { all: joined([all]), layers };
}

/** The shares over several parts together. */
function joined(parts: readonly ProductDensity[]): Shares {
  const total = parts.reduce((sum, { entries }) => sum + entries, 0);
  const of = (key: keyof Shares) => parts.reduce((sum, each) => sum + each.entries * each[key], 0) / total;
  return { zero: of("zero"), belowThousandth: of("belowThousandth"), belowHundredth: of("belowHundredth") };
}

/** The figures of densities for the report's table. */
export function sharesFigures(what: string, before: string, { all, layers }: StoredDensities): Figure[] {
  const parts = [
    { name: "all", ...all },
    ...layers.map((each) => ({ name: `${each.layer} ${each.role}`, ...each })),
  ];
  return parts.flatMap(({ name, zero, belowThousandth, belowHundredth }): Figure[] => [
    [`share of ${what} = 0`, `${before}${name}`, zero],
    [`share of ${what} < 1e-3 rms`, `${before}${name}`, belowThousandth],
    [`share of ${what} < 1e-2 rms`, `${before}${name}`, belowHundredth],
  ]);
}

/** A share in per cent. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
