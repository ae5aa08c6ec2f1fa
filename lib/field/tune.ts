import type { Gpu } from "../gpu/device.ts";
import type { OperandAccess } from "../gpu/kernel_source.ts";
import { timeWork } from "../gpu/time_work.ts";
import type { FieldDescription } from "./description.ts";
import { matmulAdjoint, matmulForward, matmulWeight } from "./matmul.ts";
import {
  canCompute,
  classRows,
  FAMILIES,
  productClass,
  type ProductFamily,
  type ProductKind,
  waste,
} from "./matmul/family.ts";
import { flopsOf, type MatmulShape, ROW_BLOCK } from "./matmul/shape.ts";
import { transpose } from "./matmul/transpose.ts";
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

/** How to tune. */
export interface TuneOptions {
  /** Seconds after which no further candidate is compiled; 2 by default, since a short run must not wait long for it. */
  readonly budget?: number;
  /** Whether to measure again what is known, every candidate and with more repeats. */
  readonly again?: boolean;
}

/** One measurement. */
export interface Measurement {
  /** The class of products, or "operands". */
  readonly subject: string;
  /** Milliseconds of each candidate that was tried. */
  readonly milliseconds: Readonly<Record<string, number>>;
  /** The fastest. */
  readonly choice: string;
}

/** Timings above this multiple of the fastest rule a family out for lighter products. */
const HOPELESS = 2;
const TUNING_ROWS = 512;

/**
 * Finds the fastest kernels for a field on this adapter: how operands are read, and the family for every class of matrix
 * products. Decided once for an adapter and runtime, by timing, and remembered on disk where that is permitted, so that the same
 * seed gives the same bits from run to run. Does nothing for what is known, or if `openDevice` was told.
 *
 * @returns What was measured.
 */
export async function tuneKernels(gpu: Gpu, request: TuneRequest, options: TuneOptions = {}): Promise<Measurement[]> {
  const { budget = 2, again = false } = options;
  const end = performance.now() + budget * 1000;
  const measurements: Measurement[] = [];
  const repeats = again ? 6 : 2;
  if (gpu.choice("operands") === undefined || again) measurements.push(await chooseOperands(gpu, repeats));
  if (gpu.kernels !== "auto") return measurements;
  const classes = classesOf(request).filter(({ subject }) => again || gpu.choice(subject) === undefined);
  let hopeful: readonly ProductFamily[] = FAMILIES;
  let winner: ProductFamily = "register";
  for (const [i, { subject, kind, shape }] of classes.entries()) {
    const able = FAMILIES.filter((family) => canCompute(family, shape));
    const milliseconds: Record<string, number> = {};
    for (const family of able) {
      const worthwhile = again || hopeful.includes(family);
      if (worthwhile && (family === "register" && i === 0 || performance.now() < end)) {
        milliseconds[family] = await timeProduct(gpu, kind, shape, family, repeats);
      }
    }
    const guess: ProductFamily = able.includes(winner) && waste(winner, kind, shape) < HOPELESS ? winner : "register";
    let best: ProductFamily = guess;
    for (const family of able) {
      if (milliseconds[family] < (milliseconds[best] ?? Infinity)) best = family;
    }
    if (i === 0) {
      winner = best;
      hopeful = FAMILIES.filter((family) => milliseconds[family] <= HOPELESS * milliseconds[best]);
      if (!hopeful.includes("register")) hopeful = ["register", ...hopeful];
    }
    gpu.choose(subject, best);
    measurements.push({ subject, milliseconds, choice: best });
  }
  return measurements;
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
      classes.set(subject, { subject, kind, shape: { ...shape, rows: Math.min(classRows(rows), TUNING_ROWS) } });
    }
  }
  return [...classes.values()].sort((a, b) => flopsOf(b.shape, 1) - flopsOf(a.shape, 1));
}

/** Milliseconds of one product with one family, compilation excluded. */
async function timeProduct(
  gpu: Gpu,
  kind: ProductKind,
  shape: MatmulShape,
  family: ProductFamily,
  repeats: number,
): Promise<number> {
  const { rows, outputs, inputs } = shape;
  using x = gpu.buffer("tuning x", rows * inputs * 4);
  using z = gpu.buffer("tuning z", rows * outputs * 4);
  using zTransposed = gpu.buffer("tuning zᵀ", rows * outputs * 4);
  using w = gpu.buffer("tuning w", outputs * inputs * 4);
  using bias = gpu.buffer("tuning bias", outputs * 4);
  using scratch = gpu.buffer("tuning scratch", rows * Math.max(outputs, inputs) * 4);
  const splits = Math.ceil(rows / ROW_BLOCK);
  const stride = outputs * (inputs + 1) / 4;
  using partials = gpu.buffer("tuning partials", splits * stride * 16);
  const record = () => {
    if (kind === "forward") matmulForward(gpu, [{ x, w }], bias, z, shape, scratch, undefined, family);
    else if (kind === "adjoint") matmulAdjoint(gpu, [{ z, w }], x, shape, scratch, undefined, family);
    else {
      if (family === "straight") transpose(gpu, z, zTransposed, rows, outputs);
      const place = { offset: 0, stride, splits, rowsPerSplit: ROW_BLOCK };
      matmulWeight(gpu, [{ z, zTransposed, x }], partials, shape, place, family);
    }
  };
  return await timeWork(gpu, record, repeats);
}

/** A product of the usual size, small enough to take milliseconds on the slowest adapter. */
const USUAL = { rows: 512, outputs: 256, inputs: 256 };

async function chooseOperands(gpu: Gpu, repeats: number): Promise<Measurement> {
  const milliseconds: Record<OperandAccess, number> = { buffer: 0, texture: 0 };
  for (const access of ["buffer", "texture"] as const) {
    gpu.adopt({ operands: access });
    milliseconds[access] = await timeProduct(gpu, "forward", USUAL, "register", repeats);
  }
  const choice = milliseconds.texture < milliseconds.buffer ? "texture" : "buffer";
  gpu.choose("operands", choice);
  return { subject: "operands", milliseconds, choice };
}
