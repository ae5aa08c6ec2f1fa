import { linearGroups } from "./groups.ts";
import type { BufferLike, DeviceBuffer } from "./buffer.ts";
import type { Gpu } from "./device.ts";
import segmentsText from "../../wgsl/gpu/random_fill_segments.wgsl" with { type: "text" };
import fillText from "../../wgsl/gpu/random_fill.wgsl" with { type: "text" };
import wordsText from "../../wgsl/gpu/random_words.wgsl" with { type: "text" };
import permutationText from "../../wgsl/gpu/permutation.wgsl" with { type: "text" };

/**
 * Identifies a sequence of random numbers: equal keys give equal numbers on every adapter. All members are unsigned 32-bit
 * numbers.
 */
export interface RandomKey {
  /** The run's seed. */
  readonly seed: number;
  /** What the numbers are for; see {@linkcode streams}. */
  readonly stream: number;
  /** Which draw from that stream: a training step, an epoch or the number of a probe. */
  readonly step: number;
}

/**
 * Checks a seed. Without the check the device would use only the last 32 bits of a larger number.
 *
 * @param owner The caller's name, for the error message.
 * @throws {RangeError} With the offending value.
 */
export function checkSeed(owner: string, seed: number): void {
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return;
  throw new RangeError(`${owner}: seed: expected a whole number from 0 to 4294967295, found ${seed}.`);
}

/** The streams of random numbers that the library uses. */
export const streams: {
  readonly initialisation: number;
  readonly order: number;
  readonly probe: number;
  readonly points: number;
  readonly heldOut: number;
  readonly jitter: number;
  readonly resampling: number;
} = { initialisation: 1, order: 2, probe: 3, points: 4, heldOut: 5, jitter: 6, resampling: 7 };

/** Which random numbers are drawn. */
export interface RandomNumbers {
  /** How they are distributed; see {@linkcode fillRandom}. */
  readonly distribution: "uniform" | "rademacher" | "normal";
  /** Their scale, 1 by default. */
  readonly bound?: number;
  /** The key that determines them. */
  readonly key: RandomKey;
}

/** Where the random numbers of one matrix are written. All members count entries, not bytes. See `random_fill.wgsl`. */
export interface FillTarget {
  /** First entry on the device, a multiple of 4. */
  readonly deviceOffset: number;
  /** Entries on the device, padding included. */
  readonly deviceSize: number;
  /** Rows of the matrix. */
  readonly rows: number;
  /** Columns of the matrix. */
  readonly columns: number;
  /** Entries from the start of one row to the start of the next. */
  readonly stride: number;
  /** The random generator's counter for entry (0, 0). */
  readonly flat: number;
}

/** Invocations of a workgroup that fills a part of a segment. */
const GROUP = 64;
const segmentsSource = { name: "random_fill_segments", text: segmentsText };
const fillSource = { name: "random_fill", text: fillText };
const permutationSource = { name: "permutation", text: permutationText };
const wordsSource = { name: "random_words", text: wordsText };

/**
 * Records filling a matrix with independent random numbers, which are uniform in [−bound, bound), ±bound (Rademacher) or normal
 * with standard deviation `bound`; the bound is 1 by default. Padding becomes 0. Normal numbers are at most 5.8 deviations from 0.
 */
export function fillRandom(
  gpu: Gpu,
  data: DeviceBuffer,
  target: FillTarget,
  { distribution, bound = 1, key }: RandomNumbers,
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

/** The numbers that `fillRandomSegments` reads of a vector's segments: those of each workgroup (see `random_fill_segments.wgsl`). */
export function segmentNumbers(targets: readonly FillTarget[]): number[] {
  return targets.flatMap(({ deviceOffset, deviceSize, rows, columns, stride, flat }) => {
    return Array.from({ length: Math.ceil(deviceSize / 4 / GROUP) }, (_, group) => {
      const first = group * GROUP;
      const count = Math.min(GROUP, deviceSize / 4 - first);
      return [deviceOffset / 4 + first, count, rows, columns, stride / 4, flat, first, 0];
    }).flat();
  });
}

/**
 * Records the same for several matrices in one dispatch.
 *
 * @param places `segmentNumbers` of their places, as f32.
 */
export function fillRandomSegments(
  gpu: Gpu,
  { data, places }: { readonly data: DeviceBuffer; readonly places: DeviceBuffer },
  { distribution, bound = 1, key }: RandomNumbers,
): void {
  const groups = places.size / 32;
  gpu.dispatch(
    gpu.kernel(segmentsSource, { distribution }),
    { data, places },
    { key0: key.seed, key1: key.stream, step: key.step, bound, groups },
    linearGroups(groups * GROUP, GROUP),
  );
}

/**
 * Records choosing the samples of one batch: `indices[i] = π(first + i)` for i < rows. π is a permutation of 0 … count − 1
 * that is determined by seed, stream and epoch (`key.step`), so that an epoch uses every sample exactly once.
 */
export function permutedIndices(
  gpu: Gpu,
  indices: BufferLike,
  { rows, first, count, key }: {
    readonly rows: number;
    readonly first: number;
    readonly count: number;
    readonly key: RandomKey;
  },
): void {
  const uniforms = { rows, first, ...permutationUniforms(count, key) };
  gpu.dispatch(gpu.kernel(permutationSource), { indices }, uniforms, linearGroups(rows, 64));
}

/** The uniforms that the snippet `permuted` reads. */
export type PermutationUniforms = Readonly<Record<"count" | "a" | "b" | "key0" | "key1" | "epoch", number>>;

/** Those uniforms for the permutation of `permutedIndices`. */
export function permutationUniforms(count: number, key: RandomKey): PermutationUniforms {
  const a = Math.ceil(Math.sqrt(count));
  return { count, a, b: Math.ceil(count / a), key0: key.seed, key1: key.stream, epoch: key.step };
}

/**
 * Computes the generator's raw output and reads it back: two 32-bit words for each of the `count` counters (first, step),
 * (first + 1, step), ….
 */
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
