import { KERNEL_CHOICES } from "../../lib/linalg/gemm/family.ts";
import { optimizerNames } from "../../lib/optim/registry.ts";
import { defineCommand, type Values } from "../shell/command.ts";
import { aliasesOf, HIDDEN_ACTIVATIONS } from "../training/options.ts";
import { UserError } from "../shell/user_error.ts";
import { PEER_ACTIVATIONS } from "./peer_protocol.ts";
import { parseWholeNumbers } from "../shell/whole_numbers.ts";
import { DEVICE_OPTIONS } from "../shell/device_options.ts";

/** The options of `deno task bench`. */
export const command = defineCommand({
  usage: "deno task bench",
  summary:
    "Measures the speed of training on this adapter: training steps, gradients and Hessian-vector products, the time of each " +
    "phase and kernel compared with the adapter's measured peak, and the time to the first step. --peers, --optimizers, " +
    "--scaling and --ranks make a comparison instead.",
  options: [
    {
      name: "batch",
      kind: "string",
      placeholder: "N,N,…",
      help: "Batch sizes, separated by commas",
      defaultText:
        "512,4096,16384,65536; --peers, --optimizers: 512,16384; --scaling: 4096,8192,16384,32768; --ranks: 65536",
    },
    {
      name: "activation",
      kind: "choice",
      choices: HIDDEN_ACTIVATIONS.map(({ name }) => name) as readonly string[],
      aliases: aliasesOf(HIDDEN_ACTIVATIONS),
      default: "gaussian",
      help: "Activation of the hidden layers",
    },
    { name: "width", kind: "integer", min: 1, max: 4096, default: 256, help: "Units per hidden layer" },
    { name: "layers", kind: "integer", min: 1, max: 64, default: 4, help: "Number of hidden layers" },
    {
      name: "optimizer",
      kind: "choice",
      choices: optimizerNames,
      default: "adam",
      help: "Optimizer; one that refreshes curvature is timed in steps between two refreshes",
    },
    {
      name: "repeats",
      kind: "integer",
      min: 1,
      default: 7,
      help: "Number of interleaved measurement rounds; slow cases stop after two",
    },
    {
      name: "kernels",
      kind: "choice",
      choices: KERNEL_CHOICES,
      default: "auto",
      help: "Kernels for matrix products; auto chooses the fastest, which is measured once per adapter",
    },
    {
      name: "first-step",
      kind: "boolean",
      default: true,
      help: "Also measure the time to the first step, with empty and with filled caches",
    },
    { name: "peers", kind: "flag", help: "Compare with jax-js, TensorFlow.js (both are downloaded) and PyTorch" },
    { name: "optimizers", kind: "flag", help: "Compare the update steps of all optimizers" },
    { name: "scaling", kind: "flag", help: "Compare batch sizes, and widths from 64 to 512" },
    {
      name: "ranks",
      kind: "string",
      placeholder: "N,N,…",
      help:
        "Measure what a step takes in one of so many processes that train together, each with a device like this one, by adam, esgd and soap",
    },
    {
      name: "network",
      kind: "pair",
      exclusiveMin: 0,
      default: [1.25, 50],
      help: "With --ranks: the network between the processes, in GB/s and microseconds of latency",
    },
    ...DEVICE_OPTIONS,
    { name: "json", kind: "string", placeholder: "FILE", help: "Also write all figures to this file" },
  ],
  examples: [
    "deno task bench --batch 512,4096 --json bench.json",
    "deno task bench --peers --activation sine",
    "deno task bench --optimizers --width 128",
    "deno task bench --scaling --batch 4096,16384",
    "deno task bench --ranks 2,8,64 --network 12.5,5",
  ],
});

/** Every option with its value. */
export type BenchValues = Values<typeof command>;

/** The comparisons that replace the usual measurements, with their default batch sizes. */
const COMPARISONS = {
  peers: [512, 16384],
  optimizers: [512, 16384],
  scaling: [4096, 8192, 16384, 32768],
  ranks: [65536],
} as const;

/** One of the comparisons. */
type ComparisonName = keyof typeof COMPARISONS;

type ComparisonFlags = Partial<Pick<BenchValues, ComparisonName>>;

/**
 * The comparison that the options ask for; undefined if none.
 *
 * @throws {UserError} If they ask for more than one.
 */
export function chosenComparison(values: ComparisonFlags): ComparisonName | undefined {
  const asked = (Object.keys(COMPARISONS) as ComparisonName[]).filter((name) => Boolean(values[name]));
  if (asked.length > 1) {
    throw new UserError(
      `${asked.map((name) => `--${name}`).join(" and ")}: expected one comparison, found ${asked.length}.`,
    );
  }
  return asked[0];
}

/**
 * The batch sizes: those of `--batch`, or the default ones.
 *
 * @throws {UserError} If `--batch` is anything but different positive integers.
 */
export function batchSizes(values: Pick<BenchValues, "batch"> & ComparisonFlags): number[] {
  const { batch } = values;
  const comparison = chosenComparison(values);
  if (batch === undefined) return comparison === undefined ? [512, 4096, 16384, 65536] : [...COMPARISONS[comparison]];
  return parseWholeNumbers("--batch", batch);
}

/**
 * The numbers of processes that are compared with one.
 *
 * @throws {UserError} If `--ranks` is anything but different integers of at least 2, or there are more processes than samples.
 */
export function rankCounts(values: Pick<BenchValues, "batch"> & ComparisonFlags): number[] {
  const counts = parseWholeNumbers("--ranks", values.ranks ?? "", 2);
  const [most, batch] = [Math.max(...counts), Math.min(...batchSizes(values))];
  if (most <= batch) return counts;
  throw new UserError(`--ranks: expected at most as many processes as a batch has samples, ${batch}, found ${most}.`);
}

/**
 * Checks that a comparison supports the other options.
 *
 * @throws {UserError} If it does not.
 */
export function checkComparison(
  values: Pick<BenchValues, "activation" | "optimizer" | "batch"> & ComparisonFlags,
  given: ReadonlySet<string>,
): void {
  const { peers, optimizers, activation, optimizer } = values;
  const comparison = chosenComparison(values);
  if (comparison !== undefined && given.has("firstStep")) {
    throw new UserError(`--first-step cannot be given with --${comparison}, which does not measure the first step.`);
  }
  if (comparison !== "ranks" && given.has("network")) {
    throw new UserError("--network: expected --ranks with it, found none.");
  }
  if (comparison === "ranks") rankCounts(values);
  if (optimizers && optimizer !== "adam") {
    throw new UserError(
      `--optimizers: expected no --optimizer, because all are compared, found --optimizer ${optimizer}.`,
    );
  }
  if (!peers) return;
  if (optimizer !== "adam") {
    throw new UserError(`--peers: expected --optimizer adam, which every library has, found --optimizer ${optimizer}.`);
  }
  if (PEER_ACTIVATIONS.some((known) => known === activation)) return;
  const known = PEER_ACTIVATIONS.join(", ");
  throw new UserError(`--peers: expected an activation among ${known}, found --activation ${activation}.`);
}
