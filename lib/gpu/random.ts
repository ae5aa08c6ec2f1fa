import { linearGroups } from "./groups.ts";
import type { DeviceBuffer } from "./buffer.ts";
import type { Gpu } from "./device.ts";
import fillText from "../../wgsl/gpu/random_fill.wgsl" with { type: "text" };
import wordsText from "../../wgsl/gpu/random_words.wgsl" with { type: "text" };
import permutationText from "../../wgsl/gpu/permutation.wgsl" with { type: "text" };

/** Names a sequence of random numbers: equal keys give equal numbers, on every adapter. All are unsigned 32-bit. */
export interface RandomKey {
  /** The run's seed. */
  readonly seed: number;
  /** What the numbers are for; see {@linkcode streams}. */
  readonly stream: number;
  /** Which drawing of that stream: a training step, an epoch, a probe's ordinal. */
  readonly step: number;
}

/**
 * Checks a seed, since the device would take another number's last 32 bits.
 *
 * @param owner Named in the error.
 * @throws {RangeError} With the offending value.
 */
export function checkSeed(owner: string, seed: number): void {
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return;
  throw new RangeError(`${owner}: seed: a whole number from 0 to 4294967295 expected, ${seed} found.`);
}

/** The streams that the library draws from. */
export const streams: {
  readonly initialisation: number;
  readonly order: number;
  readonly probe: number;
  readonly points: number;
  readonly heldOut: number;
  readonly jitter: number;
  readonly resampling: number;
} = { initialisation: 1, order: 2, probe: 3, points: 4, heldOut: 5, jitter: 6, resampling: 7 };

/** Where the numbers of one matrix go; all in entries, not bytes. See `random_fill.wgsl`. */
export interface FillTarget {
  /** First entry on the device, a multiple of 4. */
  readonly deviceOffset: number;
  /** Entries on the device, padding included. */
  readonly deviceSize: number;
  /** Rows of the matrix. */
  readonly rows: number;
  /** Columns of the matrix. */
  readonly columns: number;
  /** Entries from row to row. */
  readonly stride: number;
  /** Counter of entry (0, 0). */
  readonly flat: number;
}

const fillSource = { name: "random_fill", text: fillText };
const permutationSource = { name: "permutation", text: permutationText };
const wordsSource = { name: "random_words", text: wordsText };

/** Records filling a matrix with independent numbers: uniform in [−bound, bound) or ±bound. Padding becomes 0. */
export function fillRandom(
  gpu: Gpu,
  data: DeviceBuffer,
  target: FillTarget,
  distribution: "uniform" | "rademacher",
  bound: number,
  key: RandomKey,
): void {
  gpu.dispatch(gpu.kernel(fillSource, { distribution }), { data }, {
    key0: key.seed,
    key1: key.stream,
    step: key.step,
    offset: target.deviceOffset / 4,
    size: target.deviceSize / 4,
    rows: target.rows,
    columns: target.columns,
    stride: target.stride,
    flat: target.flat,
    bound,
  }, linearGroups(target.deviceSize / 4, 64));
}

/**
 * Records the samples of one batch: `indices[i] = π(first + i)` for i < rows, π a permutation of 0 … count − 1 keyed by
 * seed, stream and epoch (`key.step`). Every sample comes exactly once an epoch.
 */
export function permutedIndices(
  gpu: Gpu,
  indices: DeviceBuffer,
  rows: number,
  first: number,
  count: number,
  key: RandomKey,
): void {
  const a = Math.ceil(Math.sqrt(count));
  gpu.dispatch(gpu.kernel(permutationSource), { indices }, {
    rows,
    first,
    count,
    a,
    b: Math.ceil(count / a),
    key0: key.seed,
    key1: key.stream,
    epoch: key.step,
  }, linearGroups(rows, 64));
}

/** Reads the raw generator: two 32-bit words for each of the counters (first, step), (first + 1, step), …. */
export async function randomWords(gpu: Gpu, key: RandomKey, first: number, count: number): Promise<Uint32Array> {
  using words = gpu.buffer("random words", count * 8);
  gpu.dispatch(gpu.kernel(wordsSource), { words }, {
    count,
    key0: key.seed,
    key1: key.stream,
    first,
    step: key.step,
  }, linearGroups(count, 64));
  const [bytes] = await gpu.read(words);
  return new Uint32Array(bytes, 0, count * 2);
}
