import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import type { OperandAccess } from "../gpu/kernel_source.ts";
import { timeWork } from "../gpu/time_work.ts";
import { TuningBudget } from "../gpu/tuning_budget.ts";
import type { FieldDescription } from "./description.ts";
import { chooseFamily, HOPELESS } from "../linalg/gemm/choose_family.ts";
import { matmulAdjoint, matmulForward, matmulWeight } from "../linalg/gemm/matmul.ts";
import {
  canCompute,
  classRows,
  FAMILIES,
  isStraight,
  productClass,
  type ProductFamily,
  type ProductKind,
  type RegisterFamily,
  ROW_CLASSES,
  waste,
} from "../linalg/gemm/family.ts";
import { flopsOf, type MatmulShape, type PartialPlace, ROW_BLOCK } from "../linalg/gemm/shape.ts";
import type { Measurement, TuneOptions } from "../linalg/gemm/measurement.ts";
import { transpose } from "../linalg/gemm/transpose.ts";
import { productShapes } from "./sizes.ts";

/** What is to be computed, so that the fastest kernels can be found for it. */
export interface TuneRequest {
  /** The field. */
  readonly description: FieldDescription;
  /** Rows of a chunk of a batch. */
  readonly rows: number;
  /** Whether gradients will be computed as well. */
  readonly gradients: boolean;
}

/** Not tried within a compile budget. */
const SLOW_TO_COMPILE: readonly ProductFamily[] = ["straight32"];

/**
 * Finds the fastest kernels for a field on this adapter: how operands are read, and the family for every class of matrix
 * products. Decided once for an adapter and runtime, by timing, and remembered on disk where that is permitted, so that the same
 * seed gives the same bits from run to run. Does nothing for what is known, or if `openDevice` was told.
 *
 * @returns What was measured.
 */
export async function tuneKernels(gpu: Gpu, request: TuneRequest, options: TuneOptions = {}): Promise<Measurement[]> {
  const { again = false, except = new Set() } = options;
  using budget = new TuningBudget(gpu, options.budget);
  const wanted = (subject: string) => !except.has(subject) && (again || gpu.choice(subject) === undefined);
  const measurements: Measurement[] = [];
  const rounds = again ? 9 : 3;
  if (wanted("operands")) measurements.push(await chooseOperands(gpu, rounds));
  if (gpu.kernels !== "auto") return measurements;
  const classes = classesOf(request).filter(({ subject }) => wanted(subject));
  let hopeful: readonly ProductFamily[] = FAMILIES;
  let best: Best = { family: "register", registers: "register" };
  for (const [i, { subject, kind, shape }] of classes.entries()) {
    const candidates = again ? FAMILIES : hopeful.filter((family) => !SLOW_TO_COMPILE.includes(family));
    const measure = (families: readonly ProductFamily[], rows: number) =>
      timeFamilies(families, { gpu, kind, shape: { ...shape, rows }, budget, rounds });
    const chosen = await chooseFamily(candidates, guess(gpu, kind, shape, best), shape.rows, measure);
    if (i === 0) {
      const { family, milliseconds: { register = Infinity, wide = Infinity } } = chosen;
      best = { family, registers: wide < register ? "wide" : "register" };
      hopeful = chosen.hopeful;
    }
    gpu.choose(subject, chosen.family);
    measurements.push({ subject, milliseconds: chosen.milliseconds, choice: chosen.family });
  }
  return measurements;
}

/** Milliseconds of each family that can compute a product and that there is time to compile for, in turns. */
async function timeFamilies(
  families: readonly ProductFamily[],
  { gpu, kind, shape, budget, rounds }: {
    gpu: Gpu;
    kind: ProductKind;
    shape: MatmulShape;
    budget: TuningBudget;
    rounds: number;
  },
): Promise<Record<string, number>> {
  using product = new TrialProduct(gpu, kind, shape);
  const works: Record<string, () => void> = {};
  for (const family of families) {
    if (!canCompute(gpu, family, kind, shape) || budget.spent) continue;
    works[family] = () => product.record(family);
    works[family]();
    await gpu.synchronize();
  }
  return await timeWork(gpu, works, rounds);
}

/** The fastest for the heaviest product: of all families, and of those that can compute any. */
interface Best {
  readonly family: ProductFamily;
  readonly registers: RegisterFamily;
}

/** What to choose without measuring: what is chosen in this process for the same product of other rows, or else what was best. */
function guess(gpu: Gpu, kind: ProductKind, shape: MatmulShape, { family, registers }: Best): ProductFamily {
  const made = ROW_CLASSES.map((rows) => gpu.madeChoice(productClass(kind, { ...shape, rows })));
  const known = FAMILIES.find((each) => each === made.findLast((choice) => choice !== undefined));
  if (known !== undefined && canCompute(gpu, known, kind, shape)) return known;
  return canCompute(gpu, family, kind, shape) && waste(family, kind, shape) < HOPELESS ? family : registers;
}

/** The classes of products that a field's passes are made of, the heaviest first. */
function classesOf({ description, rows, gradients }: TuneRequest) {
  const classes = new Map<string, { subject: string; kind: ProductKind; shape: MatmulShape }>();
  for (const { shape, propagates } of productShapes(description, rows)) {
    const kinds: ProductKind[] = gradients
      ? propagates ? ["forward", "adjoint", "weight"] : ["forward", "weight"]
      : ["forward"];
    for (const kind of kinds) {
      const subject = productClass(kind, shape);
      classes.set(subject, { subject, kind, shape: { ...shape, rows: classRows(rows) } });
    }
  }
  return [...classes.values()].sort((a, b) => flopsOf(b.shape, 1) - flopsOf(a.shape, 1));
}

/** One product with buffers of its own. */
class TrialProduct implements Disposable {
  readonly #gpu: Gpu;
  readonly #kind: ProductKind;
  readonly #shape: MatmulShape;
  readonly #buffers: Record<"x" | "z" | "zTransposed" | "w" | "bias" | "scratch" | "partials", DeviceBuffer>;
  readonly #place: PartialPlace;

  constructor(gpu: Gpu, kind: ProductKind, shape: MatmulShape) {
    this.#gpu = gpu;
    this.#kind = kind;
    this.#shape = shape;
    const { rows, outputs, inputs } = shape;
    const splits = Math.ceil(rows / ROW_BLOCK);
    const stride = outputs * (inputs + 1) / 4;
    this.#place = { offset: 0, stride, splits, rowsPerSplit: ROW_BLOCK };
    const buffer = (name: string, numbers: number) => gpu.buffer(`tuning ${name}`, numbers * 4);
    this.#buffers = {
      x: buffer("x", rows * inputs),
      z: buffer("z", rows * outputs),
      zTransposed: buffer("zᵀ", rows * outputs),
      w: buffer("w", outputs * inputs),
      bias: buffer("bias", outputs),
      scratch: buffer("scratch", rows * Math.max(outputs, inputs)),
      partials: buffer("partials", splits * stride * 4),
    };
  }

  record(family: ProductFamily): void {
    const [gpu, shape] = [this.#gpu, this.#shape];
    const { x, z, zTransposed, w, bias, scratch, partials } = this.#buffers;
    if (this.#kind === "forward") matmulForward(gpu, [{ x, w }], bias, z, shape, scratch, undefined, family);
    else if (this.#kind === "adjoint") matmulAdjoint(gpu, [{ z, w }], x, shape, scratch, undefined, family);
    else {
      if (isStraight(family)) transpose(gpu, z, zTransposed, shape.rows, shape.outputs);
      matmulWeight(gpu, [{ z, zTransposed, x }], partials, shape, this.#place, family);
    }
  }

  [Symbol.dispose](): void {
    for (const buffer of Object.values(this.#buffers)) buffer[Symbol.dispose]();
  }
}

/** A product of the usual size, small enough to take milliseconds on the slowest adapter. */
const USUAL = { rows: 512, outputs: 256, inputs: 256 };

async function chooseOperands(gpu: Gpu, rounds: number): Promise<Measurement> {
  const works: Record<OperandAccess, () => void> = { buffer: () => {}, texture: () => {} };
  using product = new TrialProduct(gpu, "forward", USUAL);
  for (const access of ["buffer", "texture"] as const) {
    works[access] = () => {
      gpu.adopt({ operands: access });
      product.record("register");
    };
    works[access]();
  }
  await gpu.synchronize();
  const milliseconds = await timeWork(gpu, works, rounds);
  const choice = milliseconds.texture < milliseconds.buffer ? "texture" : "buffer";
  gpu.choose("operands", choice);
  return { subject: "operands", milliseconds, choice };
}
