import type { BatchPart } from "../diff/chunks.ts";
import type { Field } from "../field/field.ts";
import type { KernelTuner } from "../gpu/kernel_tuner.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Reduce } from "./reduce.ts";

/**
 * The processes that train one field together, of which this is one. `joinMpi` of lib/mpi makes such an object; anything else that can
 * add up numbers over processes will do. All processes make the same calls in the same order.
 */
export interface Peers {
  /** The number of this process, from 0. */
  readonly rank: number;
  /** The number of processes. */
  readonly size: number;
  /** Replaces numbers by their sums over all processes, which must have the same bits at each. */
  sum(numbers: Float32Array): Promise<void>;
  /** The least of the numbers of all processes, which are whole. */
  least(number: number): Promise<number>;
  /** What process 0 gives, at every process. */
  broadcast(content: Uint8Array): Promise<Uint8Array>;
}

/** The part of a batch of so many samples that a process computes. Parts follow each other, and differ by one sample at most. */
export function partOf(samples: number, peers: Pick<Peers, "rank" | "size"> | undefined): BatchPart {
  if (peers === undefined) return { first: 0, samples };
  const begin = (rank: number) => Math.floor(samples * rank / peers.size);
  const first = begin(peers.rank);
  return { first, samples: begin(peers.rank + 1) - first };
}

/** The numbers of samples that the parts of such a batch have: one or two different ones, without 0. */
export function partSizes(samples: number, peers: Pick<Peers, "size"> | undefined): number[] {
  const equal = samples / (peers?.size ?? 1);
  return [...new Set([Math.ceil(equal), Math.floor(equal)])].filter((size) => size > 0);
}

/** A hook that replaces a step's vectors by their sums over the processes. All vectors of a call are read, sent and written together. */
export function sumOver(peers: Peers): Reduce {
  let memory = new Float32Array(0);
  return async (named) => {
    const vectors = Object.values(named);
    const { gpu } = vectors[0];
    const read = await gpu.read(...vectors.map(({ buffer }) => buffer));
    const length = read.reduce((sum, { byteLength }) => sum + byteLength / 4, 0);
    if (memory.length < length) memory = new Float32Array(length);
    const numbers = memory.subarray(0, length);
    let at = 0;
    for (const each of read) {
      numbers.set(new Float32Array(each), at);
      at += each.byteLength / 4;
    }
    await peers.sum(numbers);
    at = 0;
    vectors.forEach(({ buffer }, i) => {
      const next = at + read[i].byteLength / 4;
      gpu.write(buffer, numbers.subarray(at, next));
      at = next;
    });
  };
}

/** Gives every process the parameters, the optimizer's state and its counters of process 0, bit for bit. */
export async function shareState(peers: Peers, field: Field, optimizer: Optimizer): Promise<void> {
  const { gpu } = field;
  const counters = await sharedValue(peers, optimizer.counters);
  for (const { buffer } of [field.parameters, ...Object.values(optimizer.state)]) {
    const [bytes] = peers.rank === 0 ? await gpu.read(buffer) : [new ArrayBuffer(0)];
    const whole = await peers.broadcast(new Uint8Array(bytes));
    if (peers.rank > 0) gpu.write(buffer, new Float32Array(whole.slice().buffer));
  }
  if (peers.rank > 0) optimizer.restore(counters);
}

/** Finds kernels by process 0 first, whose choices the others take over, because different kernels round differently. */
export async function shareChoices(peers: Peers, tuner: KernelTuner, tune: () => Promise<void>): Promise<void> {
  if (peers.rank === 0) await tune();
  tuner.adopt(await sharedValue(peers, tuner.choices));
  if (peers.rank > 0) await tune();
}

/** The value of process 0 at every process; it must be one that JSON can hold. */
export async function sharedValue<T>(peers: Peers, value: T): Promise<T> {
  const text = new TextEncoder().encode(JSON.stringify(value));
  return JSON.parse(new TextDecoder().decode(await peers.broadcast(text)));
}
