import { FAMILIES, isTile, type ProductFamily } from "./family.ts";

/** Timings above this multiple of the fastest rule a family out for lighter products, and so does such a waste. */
export const HOPELESS = 2;

/** Enough rows to tell families apart; a slow adapter takes milliseconds for them. */
const FEW_ROWS = 512;

/** Milliseconds by family, of those that were tried. */
type Times = Readonly<Partial<Record<ProductFamily, number>>>;

/** What was found out about a class of products. */
export interface FamilyChoice {
  readonly family: ProductFamily;
  /** Of the last comparison that it was in. */
  readonly milliseconds: Times;
  /** What is worth trying for lighter products. */
  readonly hopeful: readonly ProductFamily[];
}

/**
 * Chooses the fastest family for a class of products: first among those that differ in kind, by few rows. Where `tile` is near
 * the fastest, squares of all sizes are compared too, by all rows of the class, since which size suits depends on how many there are.
 *
 * @param candidates What may be tried.
 * @param guess What is taken unless a family is measured to be faster: none is chosen for being the only one there was time for.
 * @param measure Times those of the families that it can, by so many rows.
 */
export async function chooseFamily(
  candidates: readonly ProductFamily[],
  guess: ProductFamily,
  rows: number,
  measure: (families: readonly ProductFamily[], rows: number) => Promise<Times>,
): Promise<FamilyChoice> {
  const different = candidates.filter((family) => !isTile(family) || family === "tile");
  let milliseconds = await measure(different, Math.min(rows, FEW_ROWS));
  let family = fastest(milliseconds, guess);
  const limit = HOPELESS * (milliseconds[family] ?? Infinity);
  const isHopeless = (each: ProductFamily) => milliseconds[isTile(each) ? "tile" : each]! > limit;
  const hopeful = FAMILIES.filter((each) => each === "register" || !isHopeless(each));
  if (isTile(family) || milliseconds.tile! <= limit && limit < Infinity) {
    const bySize = await measure([...new Set([family, ...candidates.filter(isTile)])], rows);
    family = fastest(bySize, family);
    if (bySize[family] !== undefined) milliseconds = bySize;
  }
  return { family, milliseconds, hopeful };
}

function fastest(milliseconds: Times, otherwise: ProductFamily): ProductFamily {
  let best = otherwise;
  for (const family of FAMILIES) if (milliseconds[family]! < milliseconds[best]!) best = family;
  return best;
}
