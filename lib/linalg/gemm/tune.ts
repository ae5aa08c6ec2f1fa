import { TUNE_OPTIONS } from "./measurement.ts";
import { checkOptions } from "../../hyperparameter/members.ts";
import type { Gpu } from "../../gpu/device.ts";
import { OPERANDS } from "../../gpu/kernel_tuner.ts";
import { timeWork } from "../../gpu/time_work.ts";
import type { TuningBudget } from "../../gpu/tuning_budget.ts";
import { chooseFamily, type FamilyChoice, HOPELESS } from "./choose_family.ts";
import {
  canCompute,
  classRows,
  FAMILIES,
  type GemmProduct,
  isStraight,
  type ProductFamily,
  type RegisterFamily,
  ROW_CLASSES,
  subjectOf,
  waste,
} from "./family.ts";
import type { Measurement, TuneOptions } from "./measurement.ts";
import { flopsOf } from "./shape.ts";
import { TrialProduct } from "./trial_product.ts";

/** Families that are tried only without a limit on compile time. */
export const SLOW_TO_COMPILE: readonly ProductFamily[] = ["straight32"];

/** Seconds that must be left for a text that takes long to compile to come before `wide`. */
const LONG_TEXT = 1;

/** Products with less than this part of the heaviest one's operations are light. */
const LIGHT = 1 / 4;

/** A product of the usual size, small enough to take milliseconds on the slowest adapter. */
const USUAL: GemmProduct = { kind: "forward", shape: { rows: 512, outputs: 256, inputs: 256 } };

/**
 * Finds the fastest kernels for matrix products on this adapter by timing: first how operands are read, then the family for each class of
 * products, the heaviest first. The choices are kept in the autotuning cache, so that the same seed gives the same bits from run to run.
 * What is known already is not measured again, and nothing is when the tuner's time is over; families are not measured if `openDevice` was told one.
 *
 * @returns What was measured.
 */
export async function tuneProducts(
  gpu: Gpu,
  products: readonly GemmProduct[],
  options: TuneOptions = {},
): Promise<Measurement[]> {
  checkOptions("tuneProducts", options, TUNE_OPTIONS);
  const { again = false, except = new Set() } = options;
  using budget = gpu.tuner.budget(options.budget);
  const wanted = (subject: string) =>
    !except.has(subject) && (again || gpu.tuner.choice(subject) === undefined && !gpu.tuner.isOver);
  const measurements: Measurement[] = [];
  const rounds = again ? 9 : 3;
  if (wanted(OPERANDS)) measurements.push(await chooseOperands(gpu, rounds, options.signal));
  if (gpu.tuner.asked !== "auto") return measurements;
  const families = new FamilyTuner(gpu, budget, { rounds, again, signal: options.signal });
  for (const [subject, product] of classesOf(products)) {
    if (!wanted(subject)) continue;
    options.signal?.throwIfAborted();
    const { family, milliseconds } = await families.choose(product);
    gpu.tuner.choose(subject, family);
    measurements.push({ subject, milliseconds, choice: family });
  }
  return measurements;
}

/** Has the driver compile what `tuneProducts` tries first while the host does something else. Does nothing where the choice is known. */
export function beginTuning(gpu: Gpu): void {
  if (gpu.tuner.choice(OPERANDS) !== undefined || gpu.tuner.isOver) return;
  using product = new TrialProduct(gpu, USUAL);
  for (const record of Object.values(operandTrials(gpu, product))) record();
  gpu.flush();
}

/** The classes of products by their subjects, each represented by a product of its rows; the heaviest first, batches last. */
export function classesOf(products: readonly GemmProduct[]): Map<string, GemmProduct> {
  const classes = new Map<string, GemmProduct>();
  for (const product of products) classes.set(subjectOf(product), representative(product));
  return new Map([...classes].sort(([, a], [, b]) => weightOf(b) - weightOf(a)));
}

function representative(product: GemmProduct): GemmProduct {
  if (product.kind === "batched") return product;
  return { ...product, shape: { ...product.shape, rows: classRows(product.shape.rows) } };
}

function weightOf(product: GemmProduct): number {
  return product.kind === "batched" ? 0 : flopsOf(product.shape, 1);
}

/** Chooses families for one class of products after the other, and learns from the first what is worth trying. */
class FamilyTuner {
  /** What is worth trying for lighter products. */
  #hopeful: readonly ProductFamily[] = FAMILIES;
  /** The fastest for the heaviest product: of all families, and of those that can compute any. */
  #best?: { readonly product: GemmProduct; readonly family: ProductFamily; readonly registers: RegisterFamily };

  constructor(
    readonly gpu: Gpu,
    readonly budget: TuningBudget,
    readonly options: { readonly rounds: number; readonly again: boolean; readonly signal?: AbortSignal },
  ) {}

  async choose(product: GemmProduct): Promise<FamilyChoice> {
    const tried = this.options.again ? FAMILIES : this.#hopeful.filter((family) => !SLOW_TO_COMPILE.includes(family));
    const candidates = tried.filter((family) => canCompute(this.gpu, family, product));
    const measure = (families: readonly ProductFamily[], rows: number) =>
      this.#time(families, product.kind === "batched" ? product : { ...product, shape: { ...product.shape, rows } });
    const rows = product.kind === "batched" ? 0 : product.shape.rows;
    const { again: thorough } = this.options;
    const isHurried = () => this.budget.hasLessThan(LONG_TEXT);
    const guess = this.#guess(product);
    const chosen = await chooseFamily({ candidates, guess, rows, thorough, isHurried }, measure);
    if (this.#best === undefined) {
      const { family, milliseconds: { register = Infinity, wide } } = chosen;
      // Where straight-line text has ruled `wide` out, loads take long, which is what `wide` is for.
      const isWide = wide === undefined ? isStraight(family) : wide < register;
      this.#best = { product, family, registers: isWide ? "wide" : "register" };
      if (product.kind !== "batched") this.#hopeful = chosen.hopeful;
    }
    return chosen;
  }

  /** Milliseconds of each family that can compute a product and that there is time to compile for; they take turns. */
  async #time(families: readonly ProductFamily[], product: GemmProduct): Promise<Record<string, number>> {
    const { gpu, budget } = this;
    using trial = new TrialProduct(gpu, product);
    const works: Record<string, () => void> = {};
    for (const family of families) {
      if (!canCompute(gpu, family, product) || budget.spent || gpu.tuner.isOver) continue;
      works[family] = () => trial.record(family);
      works[family]();
      await gpu.synchronize();
      this.options.signal?.throwIfAborted();
    }
    return await timeWork(gpu, works, this.options.rounds, this.options.signal);
  }

  /** What to choose without measuring: what is chosen in this process for the same product of other rows, or else what was best. */
  #guess(product: GemmProduct): ProductFamily {
    const best = this.#best;
    if (product.kind === "batched") {
      const family = best?.family ?? "register";
      return isStraight(family) && canCompute(this.gpu, family, product) ? family : best?.registers ?? "register";
    }
    const made = ROW_CLASSES.map((rows) =>
      this.gpu.tuner.made(subjectOf({ ...product, shape: { ...product.shape, rows } }))
    );
    const known = FAMILIES.find((each) => each === made.findLast((choice) => choice !== undefined));
    if (known !== undefined && canCompute(this.gpu, known, product)) return known;
    if (best === undefined) return "register";
    const { product: heaviest, family, registers } = best;
    if (isStraight(family)) {
      // Each of its texts takes long to compile: it is guessed where it was measured, and light products take a text that was compiled then.
      if (product.kind !== heaviest.kind) return registers;
      if (weightOf(product) < LIGHT * weightOf(heaviest)) return "register";
    }
    return canCompute(this.gpu, family, product) && waste(family, product) < HOPELESS ? family : registers;
  }
}

async function chooseOperands(gpu: Gpu, rounds: number, signal?: AbortSignal): Promise<Measurement> {
  using product = new TrialProduct(gpu, USUAL);
  const works = operandTrials(gpu, product);
  for (const record of Object.values(works)) record();
  await gpu.synchronize();
  const milliseconds = await timeWork(gpu, works, rounds, signal);
  const choice = milliseconds.texture < milliseconds.buffer ? "texture" : "buffer";
  gpu.tuner.choose(OPERANDS, choice);
  return { subject: OPERANDS, milliseconds, choice };
}

/** Functions that record a product whose operands are read in each way that the device has. */
function operandTrials(gpu: Gpu, product: TrialProduct): Record<string, () => void> {
  return Object.fromEntries(
    gpu.tuner.accesses.map((access) => {
      return [access, () => gpu.tuner.supposing(OPERANDS, access, () => product.record("register"))];
    }),
  );
}
