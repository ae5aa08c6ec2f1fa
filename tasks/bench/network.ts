import type { Reduce } from "../../lib/train/reduce.ts";

/** A network between the machines of a job. */
export interface Network {
  /** Gigabytes (10⁹ bytes) a second, in each direction. */
  readonly bandwidth: number;
  /** Microseconds from sending a message to having it. */
  readonly latency: number;
}

/**
 * The milliseconds in which so many processes add up so many 32-bit numbers: each sends and receives 8(R − 1)/R bytes for a number, in two
 * messages to each other process, which are taken to be sent one after the other.
 */
export function exchangeTime({ bandwidth, latency }: Network, ranks: number, numbers: number): number {
  const bytes = 8 * (ranks - 1) / ranks * numbers;
  return 2 * (ranks - 1) * latency / 1e3 + bytes / (bandwidth * 1e6);
}

/**
 * A hook that takes as long as one which adds up a step's vectors over several processes, and changes nothing: it reads them, waits as
 * long as the network would take, and writes them.
 */
export function rateLimited(network: Network, ranks: number): Reduce {
  return async (named) => {
    const vectors = Object.values(named);
    const { gpu } = vectors[0];
    const read = await gpu.read(...vectors.map(({ buffer }) => buffer));
    const numbers = read.reduce((sum, { byteLength }) => sum + byteLength / 4, 0);
    const end = performance.now() + exchangeTime(network, ranks, numbers);
    // Timers are too coarse.
    while (performance.now() < end);
    vectors.forEach(({ buffer }, i) => gpu.write(buffer, new Float32Array(read[i])));
  };
}
