/**
 * A process of tests/train/mpi_test.ts: trains on a picture with several optimizers, together with the processes that were started with it.
 *
 * @module
 */
import {
  adam,
  createField,
  createOptimizer,
  esgd,
  type Gpu,
  kfac,
  meanSquaredError,
  mlp,
  openDevice,
  pictureData,
  sine,
  soap,
  train,
} from "../../mod.ts";
import { joinMpi, launchOf } from "../../lib/mpi/mod.ts";
import type { Peers } from "../../lib/train/mod.ts";

const SPECS = [
  adam({ learningRate: 1e-3 }),
  esgd({ learningRate: 1e-3, warmup: 1, initialProbes: 2, updateEvery: 2 }),
  soap({ learningRate: 1e-3 }),
  kfac({ learningRate: 0.01 }),
];

const channels = 3;
const [width, height] = [16, 13];
const pixels = Float32Array.from({ length: width * height * channels }, (_, i) => 0.5 + 0.4 * Math.sin(i / 7));

/** What training gave, for each optimizer. */
type Results = { readonly losses: readonly number[]; readonly parameters: readonly number[] }[];

/** Trains with each optimizer. */
export async function trainings(gpu: Gpu, peers?: Peers): Promise<Results> {
  const results: Results = [];
  const description = mlp({ inputs: 2, hidden: [16, 16], outputs: channels, activation: sine() });
  using data = pictureData(gpu, { width, height, channels, pixels });
  for (const spec of SPECS) {
    using field = createField(gpu, description, { seed: 5 });
    using optimizer = createOptimizer(gpu, spec, field.layout);
    const losses: number[] = [];
    const options = { field, optimizer, objective: meanSquaredError(), data, batchSize: 64, seed: 3, peers };
    for await (const event of train({ ...options, epochs: 1 })) losses.push(...event.losses);
    results.push({ losses, parameters: Array.from(await field.parameters.read()) });
  }
  return results;
}

/** A short text that tells results apart. */
export async function digestOf(results: Results): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(results)));
  return new Uint8Array(digest).toHex();
}

if (import.meta.main) {
  using gpu = await openDevice({ kernels: "register", operands: "buffer" });
  const peers = joinMpi(launchOf((variable) => Deno.env.get(variable))!);
  const results = await trainings(gpu, peers);
  await peers.finish();
  await gpu.synchronize();
  console.log(await digestOf(results));
}
