/**
 * A process of tests/mpi/communicator_test.ts: makes one exchange of each kind and prints the results as a line of JSON.
 *
 * @module
 */
import { joinMpi, launchOf } from "../../lib/mpi/mod.ts";

const launch = launchOf((variable) => Deno.env.get(variable))!;
const peers = joinMpi(launch);
const { rank, size } = peers;

const sums: number[][] = [];
for (const length of [1, 2, 7, 100_000]) {
  const numbers = Float32Array.from({ length }, (_, i) => (i + 1) / (rank + 3));
  await peers.sum(numbers);
  sums.push(Array.from(numbers.length > 10 ? numbers.slice(-3) : numbers));
}
const notANumber = Float32Array.of(1, rank === 1 ? NaN : 0, 2);
await peers.sum(notANumber);
const least = [await peers.least(10 - rank), await peers.least(rank - 2 ** 31)];
const text = new TextDecoder().decode(await peers.broadcast(new TextEncoder().encode(`from ${rank}`)));
const long = await peers.broadcast(new Uint8Array(rank === 0 ? 3_000_001 : 0).fill(7));
let ticks = 0;
const clock = setInterval(() => ticks++, 10);
if (rank === 0) await new Promise((resolve) => setTimeout(resolve, 300));
await peers.least(0);
clearInterval(clock);
await peers.finish();
const bytes = [long.length, long[0], long.at(-1)];
console.log(JSON.stringify({ rank, size, sums, notANumber: String(notANumber), least, text, bytes, ticks }));
