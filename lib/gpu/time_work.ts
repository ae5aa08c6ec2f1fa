import type { Gpu } from "./device.ts";

/**
 * Measures how long each of several pieces of work takes. In each of the `rounds` all of them are timed in turn, so that a
 * temporary slowdown of the machine affects all alike. GPU timestamps are used if the adapter has them, otherwise the clock of
 * the host. The kernels should have been compiled before, since compilation would be timed too.
 *
 * @param works Functions that record the work, by name.
 * @param signal Ends measuring between two pieces of work, by throwing its reason.
 * @returns The median time of each in milliseconds, by name.
 */
export async function timeWork(
  gpu: Gpu,
  works: Readonly<Record<string, () => void>>,
  rounds: number,
  signal?: AbortSignal,
): Promise<Record<string, number>> {
  const times = gpu.device.features.has("timestamp-query")
    ? await byTimestamps(gpu, works, rounds)
    : await byClock(gpu, works, rounds, signal);
  signal?.throwIfAborted();
  return medians(times);
}

/** The same by the clock of the host in any case, which also measures the time between kernels. */
export async function timeByClock(
  gpu: Gpu,
  works: Readonly<Record<string, () => void>>,
  rounds: number,
  signal?: AbortSignal,
): Promise<Record<string, number>> {
  return medians(await byClock(gpu, works, rounds, signal));
}

function medians(times: Record<string, number[]>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(times).map(([name, each]) => [name, each.sort((a, b) => a - b)[Math.floor(each.length / 2)]]),
  );
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

async function byClock(gpu: Gpu, works: Readonly<Record<string, () => void>>, rounds: number, signal?: AbortSignal) {
  const times: Record<string, number[]> = {};
  for (const name of Object.keys(works)) times[name] = [];
  await gpu.synchronize();
  for (let round = 0; round < rounds; round++) {
    for (const [name, record] of Object.entries(works)) {
      const begin = performance.now();
      record();
      await gpu.synchronize();
      times[name].push(performance.now() - begin);
      signal?.throwIfAborted();
    }
  }
  return times;
}
