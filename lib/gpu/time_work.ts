import type { Gpu } from "./device.ts";

/** Milliseconds of some work, the mean of so many after one that compiles: by timestamps where there are any. */
export async function timeWork(gpu: Gpu, record: () => void, repeats: number): Promise<number> {
  const repeat = () => {
    for (let i = 0; i < repeats; i++) record();
  };
  record();
  if (gpu.device.features.has("timestamp-query")) return (await gpu.profile(repeat)).milliseconds / repeats;
  await gpu.synchronize();
  const begin = performance.now();
  repeat();
  await gpu.synchronize();
  return (performance.now() - begin) / repeats;
}
