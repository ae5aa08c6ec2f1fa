import { FAMILIES, isStraight, isTile, type ProductFamily } from "./family.ts";

/** Timings above this multiple of the fastest rule a family out for lighter products, and so does such a waste. */
export const HOPELESS = 2;

/** Enough rows to tell families apart; a slow adapter takes milliseconds for them. */
const FEW_ROWS = 512;

/** How many times as fast as `register` `wide` can be: it takes two thirds of the loads. */
const WIDE_GAIN = 1.5;

/**
 * Families that differ in kind, in the order in which they are compiled, group by group: first short texts that tell what adapter this is
 * and which of the long ones need not be compiled.
 */
const ORDER: readonly (readonly ProductFamily[])[] = [["register"], ["tile"], ["straight", "straight32"], ["wide"]];

/** The order where there may be no time for all: first the two that suit every adapter. */
const HURRIED: typeof ORDER = [["register"], ["wide"], ["tile"], ["straight", "straight32"]];

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
  /** Whether all candidates are compared at once; otherwise those that others do not rule out, one after the other. */
  readonly thorough: boolean;
  /** Whether there may be no time left for a text that takes long to compile. */
  readonly isHurried: () => boolean;
}

/**
 * Chooses the fastest family for a class of products: first among those that differ in kind, by few rows. Where `tile` is near
 * the fastest, squares of all sizes are compared too, by all rows of the class, since which size suits depends on how many there are.
 *
 * @param measure Times those of the families that it can, by so many rows.
 */
export async function chooseFamily(
  { candidates, guess, rows, thorough, isHurried }: FamilyQuestion,
  measure: (families: readonly ProductFamily[], rows: number) => Promise<Times>,
): Promise<FamilyChoice> {
  let milliseconds: Times = {};
  const asked = new Set<ProductFamily>(candidates.filter((each) => isTile(each) && each !== "tile"));
  const isNext = (each: ProductFamily) => !asked.has(each) && (thorough || !isRuledOut(each, milliseconds));
  for (;;) {
    // The guess first: what is chosen if there is no time for others is compiled in any case.
    const order = thorough ? [FAMILIES] : [[guess], ...isHurried() ? HURRIED : ORDER];
    const next = order.map((group) => candidates.filter((each) => group.includes(each) && isNext(each)))
      .find(({ length }) => length > 0);
    if (next === undefined) break;
    for (const each of next) asked.add(each);
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
