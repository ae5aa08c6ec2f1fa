import v8 from "node:v8";
import vm from "node:vm";

/** Bytes that this process uses. */
export interface Memory {
  /** Of objects that are reachable and of their arrays, after collecting garbage. */
  readonly heap: number;
  /** Of the whole process, what its libraries allocated included. */
  readonly resident: number;
}

v8.setFlagsFromString("--expose-gc");
const collectGarbage: () => void = vm.runInNewContext("gc");

/** Collects garbage and measures what is left. */
export async function memoryAfterCollection(): Promise<Memory> {
  // The runtime finishes what it frees between tasks.
  for (let i = 0; i < 2; i++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external, rss } = Deno.memoryUsage();
  return { heap: heapUsed + external, resident: rss };
}
