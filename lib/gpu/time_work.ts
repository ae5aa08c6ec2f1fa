import type { Gpu } from "./device.ts";

/**
 * Milliseconds of each of several works, by name: the median of so many rounds, in which they take turns, so that a machine that
 * slows down for a while slows all of them. By timestamps where there are any. What they need compiled should be by now.
 */
export async function timeWork(
  gpu: Gpu,
  works: Readonly<Record<string, () => void>>,
  rounds: number,
): Promise<Record<string, number>> {
  const times = gpu.device.features.has("timestamp-query")
    ? await byTimestamps(gpu, works, rounds)
    : await byClock(gpu, works, rounds);
  for (const each of Object.values(times)) each.sort((a, b) => a - b);
  return Object.fromEntries(Object.entries(times).map(([name, each]) => [name, each[Math.floor(rounds / 2)]]));
}

async function byTimestamps(gpu: Gpu, works: Readonly<Record<string, () => void>>, rounds: number) {
  const profile = await gpu.profile(() => {
    for (let round = 0; round < rounds; round++) {
      for (const [name, record] of Object.entries(works)) {
        gpu.phase(`${name} ${round}`);
        record();
      }
    }
    gpu.phase("");
  });
  const times: Record<string, number[]> = {};
  for (const name of Object.keys(works)) {
    times[name] = Array.from({ length: rounds }, (_, round) => profile.millisecondsOf(`${name} ${round}`));
  }
  return times;
}

async function byClock(gpu: Gpu, works: Readonly<Record<string, () => void>>, rounds: number) {
  const times: Record<string, number[]> = {};
  for (const name of Object.keys(works)) times[name] = [];
  await gpu.synchronize();
  for (let round = 0; round < rounds; round++) {
    for (const [name, record] of Object.entries(works)) {
      const begin = performance.now();
      record();
      await gpu.synchronize();
      times[name].push(performance.now() - begin);
    }
  }
  return times;
}
