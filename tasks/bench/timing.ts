import type { Gpu } from "../../lib/gpu/device.ts";
import type { ProfileEntry } from "../../lib/gpu/profile.ts";
import { Pace } from "../../lib/train/pace.ts";
import { median } from "../shell/statistics.ts";

/** Work that can be recorded repeatedly. */
export interface Work {
  readonly name: string;
  record(): void | Promise<unknown>;
}

/** The milliseconds of each work in every round, by the work's name. */
type Rounds = Map<string, number[]>;

/** The milliseconds of a burst of repetitions. */
const BURST = 300;
/** Work that has taken more seconds than this makes no more than the least number of rounds. */
const SECONDS_EACH = 12;
const LEAST_ROUNDS = 2;

/** How often work is timed, and what says so. */
export interface TimingPlan {
  /** The most rounds. */
  readonly repeats: number;
  /** Called with what is timed next. */
  readonly progress?: (text: string) => void;
  /** Work that has taken more seconds than this makes no more than two rounds. */
  readonly secondsEach?: number;
  /** Whether the time for measuring is over. Then each work is still timed once. */
  readonly isOver?: () => boolean;
}

/**
 * Times several kinds of work by the clock, in rounds of one burst of each, so that a machine whose speed changes affects all of them.
 * A burst includes the synchronisation at its end, which is short compared with the burst.
 */
export async function timeInterleaved(
  gpu: Gpu,
  works: readonly Work[],
  { repeats, progress = () => {}, secondsEach = SECONDS_EACH, isOver = () => false }: TimingPlan,
): Promise<Rounds> {
  const bursts = works.map((work) => ({ work, burst: new Burst(gpu, work), spent: 0, times: [] as number[] }));
  for (const { work, burst, times } of bursts) {
    progress(`${work.name}, first times`);
    const trial = await burst.calibrate(isOver);
    // A trial this slow counts as a measurement already.
    if (trial > secondsEach * 1000 / 4 || isOver()) times.push(trial);
  }
  for (let round = 0; round < repeats; round++) {
    for (const each of bursts) {
      if (each.times.length >= LEAST_ROUNDS && each.spent > secondsEach * 1000) continue;
      if (each.times.length > 0 && isOver()) continue;
      progress(`${each.work.name}, round ${round + 1} of ${repeats}`);
      const begin = performance.now();
      each.times.push(await each.burst.run());
      each.spent += performance.now() - begin;
    }
  }
  return new Map(bursts.map(({ work, times }) => [work.name, times]));
}

/** Repeats work so often between two synchronisations that their time is negligible. */
class Burst {
  readonly #pace = new Pace(1024, BURST);

  constructor(readonly gpu: Gpu, readonly work: Work) {}

  /** Finds the number of repetitions of a burst, as long as there is time. Returns the milliseconds of one repetition. */
  async calibrate(isOver: () => boolean): Promise<number> {
    let before: number;
    let milliseconds: number;
    do {
      before = this.#pace.burst;
      milliseconds = await this.run();
    } while (this.#pace.burst > before * 1.5 && !isOver());
    return milliseconds;
  }

  /** Runs a burst. Returns the milliseconds of one repetition. */
  async run(): Promise<number> {
    const { burst } = this.#pace;
    const begin = performance.now();
    this.#pace.begin();
    for (let i = 0; i < burst; i++) {
      await this.work.record();
      if (this.#pace.isDue()) this.gpu.flush();
    }
    await this.gpu.synchronize();
    const milliseconds = performance.now() - begin;
    this.#pace.took(burst, milliseconds);
    return milliseconds / burst;
  }
}

/** Whether the adapter has timestamps, with which kernels are timed on the device. */
export function canProfile(gpu: Gpu): boolean {
  return gpu.device.features.has("timestamp-query");
}

/** The kernels of some work in the order of their first use, each with the median of its times. */
export async function profileWork(gpu: Gpu, record: () => void, repeats: number): Promise<ProfileEntry[]> {
  const profiles: ProfileEntry[][] = [];
  const end = performance.now() + SECONDS_EACH * 1000 / 2;
  while (profiles.length < repeats && (profiles.length === 0 || performance.now() < end)) {
    profiles.push((await gpu.profile(record)).entries);
  }
  return profiles[0].map((entry, i) => ({
    ...entry,
    milliseconds: median(profiles.map((entries) => entries[i].milliseconds)),
  }));
}

/** GFLOP/s of all matrix products of some work together; undefined if the adapter has no timestamps. */
export async function productSpeed(gpu: Gpu, record: () => void, repeats: number): Promise<number | undefined> {
  if (!canProfile(gpu)) return undefined;
  const products = (await profileWork(gpu, record, repeats)).filter(({ flops }) => flops > 0);
  const sum = (key: "flops" | "milliseconds") => products.reduce((total, entry) => total + entry[key], 0);
  return sum("flops") / sum("milliseconds") / 1e6;
}

/** Milliseconds of one execution: on the device if the adapter has timestamps, otherwise by the clock. */
export async function timeOnce(gpu: Gpu, record: () => void): Promise<number> {
  if (canProfile(gpu)) return (await gpu.profile(record)).milliseconds;
  await gpu.synchronize();
  const begin = performance.now();
  record();
  await gpu.synchronize();
  return performance.now() - begin;
}
