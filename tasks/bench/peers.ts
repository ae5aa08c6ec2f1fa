import type { Gpu } from "../../lib/gpu/device.ts";
import { type Library, OwnLibrary, Peer, type TimedWork } from "./library.ts";
import { cudaPrograms, type PeerProgram, peerPrograms, TORCH } from "./peer_process.ts";
import type { PeerTask } from "./peer_protocol.ts";
import { pairedRatio, summarise, type Summary } from "../shell/statistics.ts";
import { timeText } from "./table.ts";
import type { BenchSetup } from "./workload.ts";

/** The results of one library at one batch size; times are milliseconds. */
export interface PeerFigures {
  readonly name: string;
  /** The loss before the first step. */
  readonly loss?: number;
  /** Time of a training step. */
  readonly step?: Summary;
  /** The median ratio of its step's time to ours over all rounds. */
  readonly stepRatio?: number;
  /** Time of gradient and Hessian-vector product, if the library supports it. */
  readonly product?: Summary;
  /** The median ratio of its product's time to ours over all rounds. */
  readonly productRatio?: number;
  /** The reason if results are missing. */
  readonly problem?: string;
}

/** The results of the comparison. */
export interface Comparison {
  readonly batches: readonly PeerBatch[];
  /** The peers that could not be started, with the reasons. */
  readonly absent: readonly { readonly name: string; readonly problem: string }[];
}

/** The results of all libraries at one batch size, ours first. */
interface PeerBatch {
  readonly batch: number;
  readonly libraries: readonly PeerFigures[];
  /** GFLOP/s of all matrix products of our step, and of PyTorch's product of size 2048³. */
  readonly matmul?: { readonly ours: number; readonly blas: number };
}

/** The largest relative difference between the first losses of libraries that compute the same step. */
const SAME_LOSS = 1e-5;
/** Milliseconds that the steps between two synchronisations should take. */
const BURST = 300;
/** A library that has taken more milliseconds than this at a batch size makes no more than the least number of rounds. */
const MILLISECONDS_EACH = 20_000;
const LEAST_ROUNDS = 2;
/** A library is left out if its step is expected to take more milliseconds than this. */
const LONGEST_STEP = 120_000;

/** What is compared, and for how long. */
interface PeerPlan {
  readonly repeats: number;
  readonly progress: (text: string) => void;
  /** The other libraries; all by default. */
  readonly programs?: readonly PeerProgram[];
  /** The folder of temporary files; the system's by default. */
  readonly folder?: string;
  /** Whether the time for measuring is over: no further batch size is begun, and no further round. */
  readonly isOver?: () => boolean;
}

interface Entry {
  readonly library: Library;
  readonly counts: Partial<Record<TimedWork, number>>;
  readonly times: Record<TimedWork, number[]>;
  loss?: number;
  problem?: string;
  spent: number;
}

/** Times the same step in all libraries that can be started, in interleaved rounds: ours, the first peer, the second, …, ours, … */
export async function comparePeers(
  gpu: Gpu,
  setup: BenchSetup,
  batches: readonly number[],
  plan: PeerPlan,
): Promise<Comparison> {
  const { repeats, progress, isOver = () => false } = plan;
  await using stack = new AsyncDisposableStack();
  const ours = stack.use(new OwnLibrary(gpu, setup));
  const libraries: Library[] = [ours];
  const absent: { name: string; problem: string }[] = [];
  for (const program of plan.programs ?? usualPrograms(gpu)) {
    progress(`starting ${program.name}`);
    try {
      libraries.push(stack.use(await Peer.start(program)));
    } catch (error) {
      absent.push({ name: program.name, problem: (error as Error).message });
    }
  }
  const folder = await Deno.makeTempDir({ prefix: "neural-fields-bench-", dir: plan.folder });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const results: PeerBatch[] = [];
  const slowness = new Map<Library, number>();
  for (const batch of batches.toSorted((a, b) => a - b)) {
    if (isOver()) break;
    const task = await ours.task(batch, folder);
    const entries: Entry[] = [];
    for (const library of libraries) {
      progress(`batch ${batch}: ${library.name}, first steps`);
      const entry: Entry = { library, counts: {}, times: { steps: [], products: [] }, spent: 0 };
      entries.push(entry);
      const expected = (slowness.get(library) ?? 0) * batch;
      if (expected > LONGEST_STEP) {
        entry.problem = `a step would take about ${timeText(expected)}`;
        continue;
      }
      await attempt(entry, async () => {
        const step = await makeFirstSteps(entry, entries[0], task);
        slowness.set(library, step / batch);
      });
    }
    for (let round = 0; round < repeats && !(round > 0 && isOver()); round++) {
      for (const entry of entries) {
        progress(`batch ${batch}: round ${round + 1} of ${repeats}, ${entry.library.name}`);
        await attempt(entry, () => oneRound(entry));
      }
    }
    progress(`batch ${batch}: matrix products`);
    const figures = entries.map((entry) => summariseEntry(entry, entries[0]));
    results.push({ batch, libraries: figures, matmul: await compareMatmul(ours, entries, repeats) });
  }
  return { batches: results, absent };
}

/** All libraries; on a GPU also PyTorch with CUDA. */
function usualPrograms({ adapter }: Gpu): PeerProgram[] {
  return [...peerPrograms(navigator.hardwareConcurrency), ...adapter.software ? [] : cudaPrograms()];
}

/** Prepares a library, checks its first loss and chooses how often its work is repeated. Returns the milliseconds of a step. */
async function makeFirstSteps(entry: Entry, ours: Entry, task: PeerTask): Promise<number> {
  const { library } = entry;
  entry.loss = await library.prepare(task);
  const reference = ours.loss!;
  if (!(Math.abs(entry.loss - reference) <= (library.tolerance ?? SAME_LOSS) * Math.abs(reference))) {
    throw new Error(`its first loss is ${entry.loss} but ours ${reference}, so it does not compute the same step`);
  }
  let step = 0;
  for (const work of library.works) {
    const one = await library.time(work, 1);
    entry.counts[work] = Math.max(1, Math.min(200, Math.round(BURST / one)));
    if (work === "steps") step = one;
    // A step this slow counts as a measurement already.
    if (one > MILLISECONDS_EACH) entry.times[work].push(one);
    entry.spent += one;
  }
  return step;
}

async function oneRound(entry: Entry): Promise<void> {
  if (entry.problem !== undefined) return;
  for (const work of entry.library.works) {
    if (entry.times[work].length >= LEAST_ROUNDS && entry.spent > MILLISECONDS_EACH) continue;
    const count = entry.counts[work]!;
    const milliseconds = await entry.library.time(work, count);
    entry.times[work].push(milliseconds / count);
    entry.spent += milliseconds;
  }
}

async function compareMatmul(
  ours: OwnLibrary,
  entries: readonly Entry[],
  repeats: number,
): Promise<PeerBatch["matmul"]> {
  const torch = entries.find(({ library }) => library.name === TORCH);
  if (torch === undefined || torch.problem !== undefined) return undefined;
  const own = await ours.matmul(repeats);
  let blas: number | undefined;
  await attempt(torch, async () => {
    blas = await (torch.library as Peer).matmul();
  });
  return own !== undefined && blas !== undefined ? { ours: own, blas } : undefined;
}

/** Does some work. If a peer fails, the error is stored in its entry; an error of our own library is thrown. */
async function attempt(entry: Entry, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (entry.library instanceof OwnLibrary) throw error;
    entry.problem = (error as Error).message;
  }
}

function summariseEntry({ library, loss, problem, times }: Entry, ours: Entry): PeerFigures {
  const { steps, products } = times;
  return {
    name: library.name,
    loss,
    problem,
    ...steps.length > 0 && { step: summarise(steps), stepRatio: pairedRatio(steps, ours.times.steps) },
    ...products.length > 0 &&
      { product: summarise(products), productRatio: pairedRatio(products, ours.times.products) },
  };
}
