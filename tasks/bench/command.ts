import { KERNEL_CHOICES } from "../../lib/linalg/gemm/family.ts";
import type { Values } from "../shell/command.ts";
import { defineCommand } from "../shell/options.ts";
import { UserError } from "../shell/user_error.ts";
import { parseWholeNumbers } from "../shell/whole_numbers.ts";

/** The options of `deno task bench`. */
export const command = defineCommand({
  usage: "deno task bench",
  summary:
    "Measures training on this adapter: steps by phase and kernel against the adapter's own peak, gradients and " +
    "Hessian-vector products, dispatches, the time to the first step; or one of three comparisons.",
  options: [
    {
      name: "batch",
      kind: "string",
      placeholder: "N,N,…",
      help: "Batch sizes, comma-separated",
      defaultText: "512,4096,16384,65536; --peers, --optimizers: 512,16384; --scaling: 4096,8192,16384,32768",
    },
    {
      name: "activation",
      kind: "choice",
      choices: ["gaussian", "sine", "gabor", "sinc", "relu"],
      default: "gaussian",
      help: "Nonlinearity of the hidden layers",
    },
    { name: "width", kind: "integer", min: 1, max: 4096, default: 256, help: "Units of a hidden layer" },
    { name: "layers", kind: "integer", min: 1, max: 64, default: 4, help: "Hidden layers" },
    {
      name: "optimizer",
      kind: "choice",
      choices: ["adam", "adamW", "sgd", "esgd"],
      default: "adam",
      help: "Update rule; esgd is timed between its probes",
    },
    {
      name: "repeats",
      kind: "integer",
      min: 1,
      default: 7,
      help: "Interleaved rounds; slow cases stop earlier, after two",
    },
    {
      name: "kernels",
      kind: "choice",
      choices: KERNEL_CHOICES,
      default: "auto",
      help: "How matrix products are computed; auto measures once for an adapter",
    },
    { name: "first-step", kind: "boolean", default: true, help: "Time the first step too, with and without caches" },
    { name: "peers", kind: "flag", help: "Compare with jax-js, TensorFlow.js and PyTorch instead; loads them" },
    { name: "optimizers", kind: "flag", help: "Compare the updates of all optimizers instead" },
    { name: "scaling", kind: "flag", help: "Compare batch sizes, and widths from 64 to 512, instead" },
    { name: "software", kind: "flag", help: "Accept a software adapter beside an NVIDIA device" },
    { name: "json", kind: "string", placeholder: "FILE", help: "Write all figures there too" },
  ],
  examples: [
    "deno task bench --batch 512,4096 --json bench.json",
    "deno task bench --peers --activation sine",
    "deno task bench --optimizers --width 128",
    "deno task bench --scaling --batch 4096,16384",
  ],
});

/** Every option with its value. */
export type BenchValues = Values<typeof command>;

/** Comparisons that take the place of the usual measurements, with the batch sizes that each looks at. */
const COMPARISONS = {
  peers: [512, 16384],
  optimizers: [512, 16384],
  scaling: [4096, 8192, 16384, 32768],
} as const;

/** One of the comparisons. */
export type ComparisonName = keyof typeof COMPARISONS;

type ComparisonFlags = Pick<BenchValues, ComparisonName>;

/** The comparison that is asked for; throws a `UserError` where it is more than one. */
export function chosenComparison(values: ComparisonFlags): ComparisonName | undefined {
  const asked = (Object.keys(COMPARISONS) as ComparisonName[]).filter((name) => values[name]);
  if (asked.length > 1) {
    throw new UserError(
      `${asked.map((name) => `--${name}`).join(" and ")}: expected one comparison, found ${asked.length}.`,
    );
  }
  return asked[0];
}

/** Reads `--batch`; throws a `UserError` for anything but different whole numbers. */
export function batchSizes(values: Pick<BenchValues, "batch"> & ComparisonFlags): number[] {
  const { batch } = values;
  const comparison = chosenComparison(values);
  if (batch === undefined) return comparison === undefined ? [512, 4096, 16384, 65536] : [...COMPARISONS[comparison]];
  return parseWholeNumbers("--batch", batch);
}

/** Throws a `UserError` where a comparison is asked for with something that it does not cover. */
export function checkComparison(
  values: Pick<BenchValues, ComparisonName | "activation" | "optimizer">,
  given: ReadonlySet<string>,
): void {
  const { peers, optimizers, activation, optimizer } = values;
  const comparison = chosenComparison(values);
  if (comparison !== undefined && given.has("firstStep")) {
    throw new UserError(`--first-step: no comparison measures it, found --${comparison}.`);
  }
  if (optimizers && optimizer !== "adam") {
    throw new UserError(`--optimizers: every update is related to a step of adam, found --optimizer ${optimizer}.`);
  }
  if (!peers) return;
  if (optimizer !== "adam") {
    throw new UserError(`--peers: every library trains with adam, found --optimizer ${optimizer}.`);
  }
  const known = ["gaussian", "sine", "relu"];
  if (known.includes(activation)) return;
  throw new UserError(`--peers: expected an activation among ${known.join(", ")}, found --activation ${activation}.`);
}
