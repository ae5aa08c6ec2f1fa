import type { Peers } from "../../lib/train/mod.ts";

/** So many processes in one: what one of them waits for comes when all have made the same call. */
export function peersInOne(size: number): Peers[] {
  let calls: { readonly given: unknown; readonly answer: (all: unknown[]) => void }[] = [];
  const meet = (rank: number, given: unknown): Promise<unknown[]> =>
    new Promise((resolve) => {
      calls[rank] = { given, answer: resolve };
      if (calls.filter((call) => call !== undefined).length < size) return;
      const met = calls;
      calls = [];
      for (const { answer } of met) answer(met.map((call) => call.given));
    });
  return Array.from({ length: size }, (_, rank): Peers => ({
    rank,
    size,
    async sum(numbers) {
      const all = await meet(rank, numbers.slice()) as Float32Array[];
      numbers.forEach((_, i) => numbers[i] = all.reduce((sum, each) => sum + each[i], 0));
    },
    async least(number) {
      return Math.min(...await meet(rank, number) as number[]);
    },
    async broadcast(content) {
      return (await meet(rank, content.slice()) as Uint8Array[])[0];
    },
  }));
}
