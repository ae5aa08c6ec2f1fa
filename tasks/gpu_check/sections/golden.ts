import { hessianVectorProduct } from "../../../lib/diff/products.ts";
import { createField } from "../../../lib/field/field.ts";
import type { Gpu } from "../../../lib/gpu/device.ts";
import type { OperandAccess } from "../../../lib/gpu/operand_access.ts";
import { operandAccesses } from "../../../lib/gpu/operand_access.ts";
import { FAMILIES, FUSED, type KernelChoice } from "../../../lib/linalg/gemm/family.ts";
import { SLOW_TO_COMPILE, tuneProducts } from "../../../lib/linalg/gemm/tune.ts";
import { binaryCrossEntropy } from "../../../lib/objective/binary_cross_entropy.ts";
import { meanSquaredError } from "../../../lib/objective/mean_squared_error.ts";
import { describe, type GoldenField, goldenFields, relativeError } from "../golden_fields.ts";
import { type Context, openFor, type Section } from "../section.ts";

/** What one family of kernels makes of all golden fields. Errors are relative, and the largest of all fields. */
interface FamilyErrors {
  readonly kernels: KernelChoice;
  readonly operands: OperandAccess;
  /** Rows of the batch: those of each golden field, or so many copies of them that the batch has at least 2048. */
  readonly batch: "small" | "large";
  readonly loss: number;
  readonly gradient: number;
  readonly product: number;
  /** The field with the largest of the errors. */
  readonly worst: string;
  /** Why there are none. */
  readonly problem?: string;
}

/** The errors of each family. */
interface GoldenFigures {
  readonly families: readonly FamilyErrors[];
}

/** Rows from which every family can compute, and from which sums are made of several parts. */
const LARGE = 2048;

/** The families, those that take long to compile last. */
const ORDER: readonly KernelChoice[] = [
  ...FAMILIES.filter((family) => !SLOW_TO_COMPILE.includes(family)),
  FUSED,
  ...SLOW_TO_COMPILE,
];

/**
 * The largest error that rounding explains, with functions as exact as those of usual drivers: in f32 a sum of 2048 terms is off by a few
 * times 10⁻⁷, and the sine, cosine and exponential of some drivers by several units of their last place.
 */
const TOLERANCE = 1e-5;

/** Loss, gradient and Hessian-vector products by every family of kernels, compared with double precision. */
export const goldenSection: Section<GoldenFigures> = {
  key: "golden",
  title: "Golden fields",
  share: 14,
  async measure(context) {
    const families: FamilyErrors[] = [];
    let seconds = 0;
    for (const operands of await accesses(context)) {
      for (const kernels of ORDER) {
        if (!context.allowance.fits(seconds)) {
          context.leaveOut(`${kernels} with operands from ${operands}s`);
          continue;
        }
        const begin = performance.now();
        families.push(...await errorsOf(context, kernels, operands));
        seconds = (performance.now() - begin) / 1000;
      }
    }
    return { families };
  },
  describe({ families }) {
    const wrong = families.filter(isWrong);
    const list = wrong.map(({ kernels, operands, batch }) => `${kernels} (${operands}, ${batch} batch)`).join(", ");
    return {
      findings: wrong.length > 0
        ? [`Wrong results: ${list}.`]
        : [`Correct results: all ${families.length} combinations agree with double precision.`],
      paragraphs: [
        "The largest relative error of loss, gradient and Hessian-vector product over the golden fields, which were computed in double " +
        `precision. Up to ${TOLERANCE.toExponential()} is rounding. Small batches are the golden ones; large ones repeat them to at least ` +
        `${LARGE} rows, from which every family can compute.`,
      ],
      tables: [{
        columns: ["kernels", "operands", "batch", "verdict", "worst field", "loss", "gradient", "Hv"],
        numbersFrom: 5,
        rows: families.map((each) => [
          each.kernels,
          each.operands,
          each.batch,
          each.problem ?? (isWrong(each) ? "WRONG" : "ok"),
          each.worst,
          ...[each.loss, each.gradient, each.product].map((error) => error.toExponential(1)),
        ]),
      }],
    };
  },
};

function isWrong({ loss, gradient, product }: FamilyErrors): boolean {
  return ![loss, gradient, product].every((error) => error <= TOLERANCE);
}

/** How kernels can read their operands, the way that training chooses first. */
async function accesses(context: Context): Promise<OperandAccess[]> {
  context.progress("how operands are read");
  using gpu = await openFor(context);
  await tuneProducts(gpu, []);
  const { operands } = gpu.tuner;
  return [operands, ...operandAccesses(gpu.device.limits).filter((other) => other !== operands)];
}

async function errorsOf(context: Context, kernels: KernelChoice, operands: OperandAccess): Promise<FamilyErrors[]> {
  using gpu = await openFor(context, { kernels, operands });
  const families: FamilyErrors[] = [];
  for (const batch of ["small", "large"] as const) {
    let worst = { loss: 0, gradient: 0, product: 0, worst: "" };
    try {
      for (const golden of goldenFields) {
        context.progress(`${kernels}, operands from ${operands}s, ${batch} batches`);
        worst = larger(worst, await fieldErrors(gpu, golden, batch === "large" ? LARGE : 1), golden.name);
      }
      families.push({ kernels, operands, batch, ...worst });
    } catch (error) {
      const { message } = error as Error;
      families.push({ kernels, operands, batch, loss: NaN, gradient: NaN, product: NaN, worst: "", problem: message });
    }
  }
  return families;
}

type Errors = Pick<FamilyErrors, "loss" | "gradient" | "product">;

/** The larger errors of both; NaN is larger than all. */
function larger(before: Errors & { worst: string }, errors: Errors, name: string): Errors & { worst: string } {
  const most = (each: Errors) => Math.max(each.loss, each.gradient, each.product);
  return {
    loss: Math.max(before.loss, errors.loss),
    gradient: Math.max(before.gradient, errors.gradient),
    product: Math.max(before.product, errors.product),
    worst: most(errors) <= most(before) ? before.worst : name,
  };
}

/** The errors for a batch of a golden field's rows, repeated until there are at least so many. */
async function fieldErrors(gpu: Gpu, golden: GoldenField, rows: number): Promise<Errors> {
  using field = createField(gpu, describe(golden));
  field.parameters.write(golden.params);
  const copies = Math.ceil(rows / (golden.x.length / golden.input));
  const repeated = (numbers: readonly number[]) => Float32Array.from(Array(copies).fill(numbers).flat());
  const batch = { inputs: repeated(golden.x), targets: repeated(golden.y) };
  const objective = golden.loss === "mse" ? meanSquaredError() : binaryCrossEntropy();
  const direction = Float32Array.from(golden.v);
  const { loss, gradient, hvp } = await hessianVectorProduct(field, objective, batch, direction);
  using ownedGradient = gradient;
  using ownedProduct = hvp;
  const [g, hv] = await Promise.all([ownedGradient.read(), ownedProduct.read()]);
  return {
    loss: Math.abs(loss / golden.value - 1),
    gradient: relativeError(g, golden.grad),
    product: relativeError(hv, golden.hvp),
  };
}
