import { FAMILIES, isStraight, isTile, type ProductFamily } from "./family.ts";

/** Timings above this multiple of the fastest rule a family out for lighter products, and so does such a waste. */
export const HOPELESS = 2;

/** Enough rows to tell families apart; a slow adapter takes milliseconds for them. */
const FEW_ROWS = 512;

/** How many times as fast as `register` `wide` can be: it takes two thirds of the loads. */
const WIDE_GAIN = 1.5;

/** How candidates are tried: `thorough` all of them, `quick` those that others do not rule out, `hurried` these in an order for little time. */
export type Haste = "thorough" | "quick" | "hurried";

/**
 * Families that differ in kind, in the order in which they are compiled, group by group. `quick` begins with short texts that tell what
 * adapter this is and which of the long ones need not be compiled. `hurried` begins with the two that suit every adapter.
 */
const ORDERS: Readonly<Record<Haste, readonly (readonly ProductFamily[])[]>> = {
  thorough: [["register", "wide", "tile", "straight", "straight32"]],
  quick: [["register", "tile"], ["straight", "straight32"], ["wide"]],
  hurried: [["register", "wide"], ["tile"], ["straight", "straight32"]],
};

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

/** How a family is chosen. */
interface FamilyQuestion {
  /** What may be tried. */
  readonly candidates: readonly ProductFamily[];
  /** What is taken unless a family is measured to be faster: none is chosen for being the only one there was time for. */
  readonly guess: ProductFamily;
  /** Rows of the class. */
  readonly rows: number;
  readonly haste: Haste;
}

/**
 * Chooses the fastest family for a class of products: first among those that differ in kind, by few rows. Where `tile` is near
 * the fastest, squares of all sizes are compared too, by all rows of the class, since which size suits depends on how many there are.
 *
 * @param measure Times those of the families that it can, by so many rows.
 */
export async function chooseFamily(
  { candidates, guess, rows, haste }: FamilyQuestion,
  measure: (families: readonly ProductFamily[], rows: number) => Promise<Times>,
): Promise<FamilyChoice> {
  let milliseconds: Times = {};
  const order = ORDERS[haste];
  // The guess first: what is chosen if there is no time for others is compiled in any case.
  for (const group of haste === "thorough" || guess === order[0][0] || isTile(guess) ? order : [[guess], ...order]) {
    const isNext = (each: ProductFamily) => group.includes(each) && milliseconds[each] === undefined;
    const next = candidates.filter((each) => isNext(each) && (haste === "thorough" || !isRuledOut(each, milliseconds)));
    if (next.length === 0) continue;
    const front = Object.keys(milliseconds).length > 0 ? [fastest(milliseconds)] : [];
    milliseconds = { ...milliseconds, ...await measure([...front, ...next], Math.min(rows, FEW_ROWS)) };
  }
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

/** Whether the times of other families say that one cannot be the fastest. */
function isRuledOut(family: ProductFamily, milliseconds: Times): boolean {
  // Straight-line text makes up for workgroup memory that is slow wherever the index is not constant.
  if (isStraight(family)) return milliseconds.tile! < milliseconds.register!;
  return family === "wide" && milliseconds[fastest(milliseconds)]! * WIDE_GAIN < milliseconds.register!;
}

function fastest(milliseconds: Times, otherwise?: ProductFamily): ProductFamily {
  let best = otherwise ?? FAMILIES.find((each) => milliseconds[each] !== undefined) ?? "register";
  for (const family of FAMILIES) if (milliseconds[family]! < milliseconds[best]!) best = family;
  return best;
}
