import type { DeviceBuffer } from "../../lib/gpu/buffer.ts";
import { linearGroups } from "../../lib/gpu/groups.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { median } from "../shell/statistics.ts";
import { timeOnce } from "./timing.ts";
import copyText from "../../wgsl/bench/peak_copy.wgsl" with { type: "text" };
import multiplyAddText from "../../wgsl/bench/peak_multiply_add.wgsl" with { type: "text" };

/** The peak performance of an adapter, as measured with two simple kernels. */
export interface Peak {
  /** 10⁹ f32 operations per second; a multiply-add counts as two. */
  readonly gflops: number;
  /** 10⁹ bytes per second; a copied byte counts as two, one read and one written. */
  readonly gigabytesPerSecond: number;
  /** The time of one additional small dispatch in a submit. */
  readonly dispatchMicroseconds: number;
  /** The time of waiting for an idle device. */
  readonly synchronisationMilliseconds: number;
}

const multiplyAdd = { name: "peak_multiply_add", text: multiplyAddText };
const copy = { name: "peak_copy", text: copyText };
/** Unrolled shapes of the kernel. More chains hide more latency but need more registers; the best shape depends on the adapter. */
const SHAPES = [{ chains: 4, steps: 4 }, { chains: 6, steps: 8 }, { chains: 8, steps: 8 }];
const WORKGROUPS = 1024;
/** Size of the copy; larger than caches. */
const COPY_BYTES = 64 * 2 ** 20;

/** Measures the adapter. Peaks are the best of all rounds, costs the median. */
export async function measurePeak(gpu: Gpu, repeats: number): Promise<Peak> {
  const gflops = await measureOperations(gpu, repeats);
  const gigabytesPerSecond = await measureCopy(gpu, repeats);
  const idle: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const begin = performance.now();
    await gpu.synchronize();
    idle.push(performance.now() - begin);
  }
  const dispatchMicroseconds = await measureDispatch(gpu, repeats);
  return { gflops, gigabytesPerSecond, dispatchMicroseconds, synchronisationMilliseconds: median(idle) };
}

async function measureOperations(gpu: Gpu, repeats: number): Promise<number> {
  const invocations = WORKGROUPS * 64;
  using result = gpu.buffer("peak result", invocations * 16);
  const candidates: (() => Promise<number>)[] = [];
  for (const { chains, steps } of SHAPES) {
    const kernel = gpu.kernel(multiplyAdd, { chains, steps });
    const run = (loops: number) =>
      timeOnce(gpu, () => gpu.dispatch(kernel, { result }, { loops, factor: 0.5, term: 1 }, [WORKGROUPS]));
    await run(1);
    // The number of loops is doubled until the time of start and end is negligible.
    let loops = 1;
    while (loops < 2 ** 20 && await run(loops) < 8) loops *= 2;
    candidates.push(async () => 8 * chains * steps * loops * invocations / await run(loops) / 1e6);
  }
  let best = 0;
  for (let i = 0; i < repeats; i++) {
    for (const candidate of candidates) best = Math.max(best, await candidate());
  }
  return best;
}

async function measureCopy(gpu: Gpu, repeats: number): Promise<number> {
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
  const bytes = Math.min(COPY_BYTES, maxBufferSize, maxStorageBufferBindingSize);
  using source = gpu.buffer("peak source", bytes);
  using destination = gpu.buffer("peak destination", bytes);
  const length = bytes / 16;
  const run = () => timeOnce(gpu, () => recordCopy(gpu, source, destination, length));
  await run();
  let best = Infinity;
  for (let i = 0; i < repeats; i++) best = Math.min(best, await run());
  return 2 * bytes / best / 1e6;
}

/** Records the copy kernel: `length` vec4s from one buffer to another. */
export function recordCopy(gpu: Gpu, source: DeviceBuffer, destination: DeviceBuffer, length: number): void {
  gpu.dispatch(gpu.kernel(copy), { source, destination }, { length }, linearGroups(length, 64));
}

const FEW = 200;
const MANY = 2200;

/** The time per dispatch: the slope between few and many dispatches of one workgroup that depend on each other. */
async function measureDispatch(gpu: Gpu, repeats: number): Promise<number> {
  using source = gpu.buffer("tiny source", 1024);
  using destination = gpu.buffer("tiny destination", 1024);
  const run = async (count: number) => {
    const begin = performance.now();
    for (let i = 0; i < count; i++) recordCopy(gpu, source, destination, 64);
    await gpu.synchronize();
    return performance.now() - begin;
  };
  await run(FEW);
  const slopes: number[] = [];
  for (let i = 0; i < repeats; i++) slopes.push((await run(MANY) - await run(FEW)) / (MANY - FEW) * 1000);
  return median(slopes);
}
