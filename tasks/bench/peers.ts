import type { Gpu } from "../../lib/gpu/device.ts";
import { type Contestant, type Discipline, Ourselves, Peer } from "./contestant.ts";
import { peerPrograms, TORCH } from "./peer_process.ts";
import { pairedRatio, summarise, type Summary } from "../shell/statistics.ts";
import { timeText } from "./table.ts";
import type { Subject } from "./workload.ts";

/** One library at one batch size; times are milliseconds. */
export interface PeerFigures {
  readonly name: string;
  /** Before the first step. */
  readonly loss?: number;
  readonly step?: Summary;
  /** Its time over ours, round by round. */
  readonly stepRatio?: number;
  /** Gradient and Hessian-vector product, where it can. */
  readonly product?: Summary;
  readonly productRatio?: number;
  /** Why figures are missing. */
  readonly problem?: string;
}

/** The whole comparison. */
export interface Comparison {
  readonly batches: readonly PeerBatch[];
  /** Peers that did not start, and why. */
  readonly absent: readonly { readonly name: string; readonly problem: string }[];
}

/** All libraries at one batch size, ours first. */
export interface PeerBatch {
  readonly batch: number;
  readonly libraries: readonly PeerFigures[];
  /** GFLOP/s of matrix products: all of our step's, and PyTorch's at 2048³. */
  readonly matmul?: { readonly ours: number; readonly blas: number };
}

/** First losses that differ by more, relatively, are not of the same step. */
const SAME_LOSS = 1e-5;
/** Milliseconds that the steps between two waits for a device should take. */
const BURST = 300;
/** A library that has taken so long at a batch size is not repeated further. */
const MILLISECONDS_EACH = 20_000;
const LEAST_ROUNDS = 2;
/** A library whose step would take longer is left out. */
const LONGEST_STEP = 120_000;

interface Entry {
  readonly contestant: Contestant;
  readonly counts: Partial<Record<Discipline, number>>;
  readonly times: Record<Discipline, number[]>;
  loss?: number;
  problem?: string;
  spent: number;
}

/** Times the same step in every library that runs here, in interleaved rounds: ours, the first peer, the second, …, ours, … */
export async function comparePeers(
  gpu: Gpu,
  subject: Subject,
  batches: readonly number[],
  context: { repeats: number; progress: (text: string) => void },
): Promise<Comparison> {
  const { repeats, progress } = context;
  await using stack = new AsyncDisposableStack();
  const ours = stack.use(new Ourselves(gpu, subject));
  const contestants: Contestant[] = [ours];
  const absent: { name: string; problem: string }[] = [];
  for (const program of peerPrograms(navigator.hardwareConcurrency)) {
    progress(`starting ${program.name}`);
    try {
      contestants.push(stack.use(await Peer.start(program)));
    } catch (error) {
      absent.push({ name: program.name, problem: (error as Error).message });
    }
  }
  const folder = await Deno.makeTempDir({ prefix: "neural-fields-bench-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const results: PeerBatch[] = [];
  const slowness = new Map<Contestant, number>();
  for (const batch of batches.toSorted((a, b) => a - b)) {
    const task = await ours.task(batch, folder);
    const entries: Entry[] = [];
    for (const contestant of contestants) {
      progress(`batch ${batch}: ${contestant.name}, first steps`);
      const entry: Entry = { contestant, counts: {}, times: { steps: [], products: [] }, spent: 0 };
      entries.push(entry);
      const expected = (slowness.get(contestant) ?? 0) * batch;
      if (expected > LONGEST_STEP) {
        entry.problem = `a step would take about ${timeText(expected)}`;
        continue;
      }
      await attempt(entry, async () => {
        entry.loss = await contestant.prepare(task);
        const reference = entries[0].loss!;
        if (!(Math.abs(entry.loss - reference) <= SAME_LOSS * Math.abs(reference))) {
          throw new Error(`its first loss is ${entry.loss}, ours ${reference}: not the same step`);
        }
        for (const discipline of contestant.disciplines) {
          const one = await contestant.time(discipline, 1);
          entry.counts[discipline] = Math.max(1, Math.min(200, Math.round(BURST / one)));
          if (discipline === "steps") slowness.set(contestant, one / batch);
          // Too slow to be only a trial.
          if (one > MILLISECONDS_EACH) entry.times[discipline].push(one);
          entry.spent += one;
        }
      });
    }
    for (let round = 0; round < repeats; round++) {
      for (const entry of entries) {
        progress(`batch ${batch}: round ${round + 1} of ${repeats}, ${entry.contestant.name}`);
        await attempt(entry, () => oneRound(entry));
      }
    }
    progress(`batch ${batch}: matrix products`);
    const libraries = entries.map((entry) => summariseEntry(entry, entries[0]));
    results.push({ batch, libraries, matmul: await compareMatmul(ours, entries, repeats) });
  }
  return { batches: results, absent };
}

async function oneRound(entry: Entry): Promise<void> {
  if (entry.problem !== undefined) return;
  for (const discipline of entry.contestant.disciplines) {
    if (entry.times[discipline].length >= LEAST_ROUNDS && entry.spent > MILLISECONDS_EACH) continue;
    const count = entry.counts[discipline]!;
    const milliseconds = await entry.contestant.time(discipline, count);
    entry.times[discipline].push(milliseconds / count);
    entry.spent += milliseconds;
  }
}

async function compareMatmul(
  ours: Ourselves,
  entries: readonly Entry[],
  repeats: number,
): Promise<PeerBatch["matmul"]> {
  const torch = entries.find(({ contestant }) => contestant.name === TORCH);
  if (torch === undefined || torch.problem !== undefined) return undefined;
  const own = await ours.matmul(repeats);
  let blas: number | undefined;
  await attempt(torch, async () => {
    blas = await (torch.contestant as Peer).matmul();
  });
  return own !== undefined && blas !== undefined ? { ours: own, blas } : undefined;
}

/** A peer that fails is reported, not fatal; we are no peer. */
async function attempt(entry: Entry, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (entry.contestant instanceof Ourselves) throw error;
    entry.problem = (error as Error).message;
  }
}

function summariseEntry({ contestant, loss, problem, times }: Entry, ours: Entry): PeerFigures {
  const { steps, products } = times;
  return {
    name: contestant.name,
    loss,
    problem,
    ...steps.length > 0 && { step: summarise(steps), stepRatio: pairedRatio(steps, ours.times.steps) },
    ...products.length > 0 &&
      { product: summarise(products), productRatio: pairedRatio(products, ours.times.products) },
  };
}
