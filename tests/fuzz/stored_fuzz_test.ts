import { join } from "@std/path";
import { ComparisonFolder } from "../../tasks/compare/store.ts";
import type { ComparisonRecord } from "../../tasks/compare/record.ts";
import type { CurvatureRecord } from "../../tasks/curvature/record.ts";
import { CurvatureFolder } from "../../tasks/curvature/store.ts";
import { imageTask } from "../../tasks/image/task.ts";
import { RunFolder } from "../../tasks/run/run_folder.ts";
import { EarlierRun } from "../../tasks/training/earlier_run.ts";
import { type Choices, damaged, fuzz } from "./fuzz.ts";

const config = {
  task: "image",
  options: {
    image: "picture.png",
    ...{ activation: "gaussian", encoding: "none", optimizer: "adam", objective: "huber", schedule: "cosine", seed: 0 },
    width: 8,
    betas: [0.9, 0.999],
    learningRate: 0.01,
    kernels: "register",
    dryRun: false,
  },
  steps: 6,
  scheduleSteps: 6,
  stepsPerEpoch: 3,
  quality: { figure: "psnr", name: "PSNR", label: "PSNR (dB)", digits: 2, unit: " dB" },
  activation: { name: "gaussian", sigma: 0.05 },
  encoding: { name: "none" },
  optimizer: { name: "adam", learningRate: 0.01, betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0 },
  objective: { name: "huber", delta: 0.01 },
  schedule: { name: "cosine", steps: 6, final: 0 },
  layers: ["layers.0", "layers.1"],
  adapter: { name: "llvmpipe", vendor: "Mesa", architecture: "", software: true },
  versions: { deno: "2.9.6" },
  tool: { version: "0.1.0" },
  kernels: { operands: "buffer", "forward 16x64 rows 512": "wide" },
  image: { width: 16, height: 12, channels: 3 },
};

const pace = {
  ...{ steps: 3, trialSteps: [1, 2, 3], trialSeconds: [0.1, 0.2, 0.3], stepsPerEpoch: 3, epochs: 1, seconds: 0.3 },
  ...{ curvatureShare: 0, deviceBytes: 1000, parameters: 59 },
};

const comparison: ComparisonRecord = {
  settings: {
    ...{ task: "image", inputs: [{ name: "picture.png", path: "picture.png" }], activations: ["sine"] },
    ...{ optimizers: ["adam"], seeds: 1, tune: false, length: { epochs: 1 }, options: { width: 8 } },
  },
  command: "deno task compare",
  quality: { figure: "psnr", name: "PSNR", label: "PSNR (dB)", digits: 2, unit: " dB" },
  adapter: { name: "llvmpipe", vendor: "mesa", architecture: "", software: true },
  kernels: { operands: "buffer" },
  versions: { project: "0.1.0", deno: "2.9.6" },
  paces: { "sine-adam": pace },
};

const run = {
  ...{ id: "sine-adam-s0", phase: "final", activation: "sine", optimizer: "adam", input: 0, seed: 0 },
  ...{ learningRate: 0.001, schedule: "cosine", steps: 3, stepsPerEpoch: 3, seconds: 0.2, hvps: 0 },
  figures: { loss: 0.1, psnr: 10 },
};

const curvature: CurvatureRecord = {
  settings: {
    ...{ task: "image", batchSizes: [1, 64], samples: 64, directions: "rademacher" },
    fields: { activations: ["sine"], seeds: 1, smallWidth: 4, options: { width: 8 } },
  },
  command: "deno task curvature",
  adapter: comparison.adapter,
  versions: comparison.versions,
};

const shares = { zero: 0, belowThousandth: 0.01, belowHundredth: 0.1 };
const part = {
  ...{ series: "sine", seed: 0, step: 0, measurement: "density", parameters: 59, seconds: 0.2 },
  result: [{ batchSize: 1, all: shares, segments: { "layers.0.weight": shares } }],
};

const foreign: readonly unknown[] = [
  ...[null, true, "", "NaN", "../../victim", "\u001b[2J\u202e", "__proto__", 0, -1, 1.5, 1e300],
  ...[[], {}, { toString: 1, valueOf: 1 }, [[[[]]]], "x".repeat(1000)],
];

/** A copy of a value in which a few members are others, are missing or are new. */
function changed(value: unknown, choices: Choices): unknown {
  if (choices.below(12) === 0) return choices.pick(foreign);
  if (Array.isArray(value)) return value.map((each) => changed(each, choices));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(() => choices.below(20) > 0)
    .map(([name, member]) => [name, changed(member, choices)]);
  if (choices.below(20) === 0) members.push([choices.pick(["__proto__", "toString", "constructor", "a b"]), {}]);
  return Object.fromEntries(members);
}

/** The text of a file with one value, or with several lines of values, as a damaged disk or a stranger may have it. */
function bytesOf(value: unknown, lines: boolean, choices: Choices): Uint8Array {
  const count = lines ? 1 + choices.below(3) : 1;
  const texts = Array.from(
    { length: count },
    () => JSON.stringify(choices.below(3) === 0 ? value : changed(value, choices)),
  );
  const bytes = new TextEncoder().encode(`${texts.join("\n")}\n`);
  return choices.below(3) === 0 ? damaged(bytes, choices) : bytes;
}

const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const store = await ComparisonFolder.open(folder);
const report = await CurvatureFolder.open(folder);

const readers: readonly [file: string, example: unknown, lines: boolean, read: () => Promise<unknown>][] = [
  ["config.json", config, false, () => EarlierRun.read(new RunFolder(folder), imageTask)],
  [
    "metrics.jsonl",
    { step: 3, psnr: 10.5, loss: "NaN", stopped: true },
    true,
    () => new RunFolder(folder).readMetrics(),
  ],
  ["comparison.json", comparison, false, () => ComparisonFolder.readStored(folder)],
  ["comparison.json", { ...comparison, sweep: "sweep" }, false, () => ComparisonFolder.readStored(folder)],
  ["results.jsonl", run, true, () => store.results(comparison)],
  ["curvature.json", curvature, false, () => CurvatureFolder.readRecord(folder)],
  ["results.jsonl", part, true, () => report.results(curvature)],
];

fuzz("files of runs, comparisons and reports on curvature", (choices) => {
  const [file, example, lines, read] = choices.pick(readers);
  const name = join(folder, file);
  return {
    name,
    bytes: bytesOf(example, lines, choices),
    async read(bytes) {
      await Deno.writeFile(name, bytes);
      await read();
      return bytes.length;
    },
  };
});
