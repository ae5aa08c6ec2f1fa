import { assert, assertEquals } from "@std/assert";
import { linearGroups } from "../../lib/gpu/groups.ts";
import gradientText from "../../wgsl/linalg/gemm/gradient_sum.wgsl" with { type: "text" };
import watchText from "../../wgsl/train/finite_check.wgsl" with { type: "text" };
import { fileDevice, readFloats } from "../support/device.ts";
import { wave } from "../support/matrices.ts";
import { sameBits } from "../support/same_bits.ts";

const gpu = await fileDevice();
const UNFLAGGED = 0xffffffff;

/** Adds partial gradients [splits, length] to `before`, or to nothing, and returns the sum and the flag. */
async function gradientSum(
  partials: Float32Array,
  splits: number,
  step: number,
  before?: Float32Array,
  flag = UNFLAGGED,
) {
  const length = partials.length / splits;
  using source = gpu.buffer("partials", partials.byteLength);
  using gradient = gpu.buffer("gradient", length * 4);
  using flags = gpu.buffer("flags", 16);
  gpu.write(source, partials);
  const keep = before !== undefined;
  const kernel = gpu.kernel({ name: "gradient_sum", text: gradientText }, { keep, loss: false });
  const sum = await sameBits(async () => {
    gpu.write(gradient, before ?? new Float32Array(length).fill(7));
    gpu.write(flags, new Uint32Array(4).fill(flag));
    const resources = { partials: source, gradient, flags };
    gpu.dispatch(kernel, resources, { length: length / 4, splits, step }, linearGroups(length / 4, 64));
    return await readFloats(gpu, gradient, length);
  });
  const [bytes] = await gpu.read(flags);
  return { sum, flag: new Uint32Array(bytes)[0] };
}

// n numbers added in f32, in any order, end within n·2⁻²⁴·Σ|numbers| of their sum.
function assertSum(actual: number, numbers: readonly number[], what: string): void {
  const exact = numbers.reduce((sum, each) => sum + each, 0);
  const magnitude = numbers.reduce((sum, each) => sum + Math.abs(each), 0);
  assert(Math.abs(actual - exact) <= numbers.length * 2 ** -24 * magnitude, `${what}: ${actual}, expected ${exact}`);
}

for (const { length, splits } of [{ length: 4, splits: 1 }, { length: 300, splits: 3 }, { length: 1028, splits: 32 }]) {
  Deno.test(`${splits} partial gradients of ${length} entries are added, afresh or to earlier chunks`, async () => {
    const partials = wave(length * splits, 1.3);
    for (const before of [undefined, wave(length, 0.4)]) {
      const { sum, flag } = await gradientSum(partials, splits, 5, before);
      sum.forEach((found, i) => {
        const parts = Array.from({ length: splits }, (_, s) => partials[s * length + i]);
        assertSum(found, before === undefined ? parts : [...parts, before[i]], `entry ${i}`);
      });
      assertEquals(flag, UNFLAGGED);
    }
  });
}

Deno.test("an entry that is not finite sets the flag to its step, wherever it is; the smallest step stays", async () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    for (const at of [0, 1, 2, 3, 299, 300, 599]) {
      const partials = wave(600, 1.3);
      partials[at] = bad;
      assertEquals((await gradientSum(partials, 2, 5)).flag, 5, `${bad} at ${at}`);
    }
    const partials = wave(600, 1.3).fill(bad, 7, 8);
    assertEquals((await gradientSum(partials, 2, 5, undefined, 3)).flag, 3);
    assertEquals((await gradientSum(partials, 2, 5, undefined, 9)).flag, 5);
  }
  const overflowing = new Float32Array(8).fill(3e38);
  assertEquals((await gradientSum(overflowing, 2, 0)).flag, 0);
  assertEquals((await gradientSum(new Float32Array(8).fill(3e38), 1, 0)).flag, UNFLAGGED);
  assertEquals((await gradientSum(new Float32Array(4), 1, 0, new Float32Array(4).fill(NaN))).flag, 0);
});

Deno.test("a watched vector sets its own flag to the step where an entry is not finite", async () => {
  using data = gpu.buffer("data", 300 * 4);
  using flags = gpu.buffer("flags", 16);
  const kernel = gpu.kernel({ name: "finite_check", text: watchText });
  for (const [bad, at, expected] of [[3e38, 0, UNFLAGGED], [NaN, 0, 5], [Infinity, 299, 5], [-Infinity, 150, 5]]) {
    gpu.write(data, wave(300, 1.3).fill(bad, at, at + 1));
    const found = await sameBits(async () => {
      gpu.write(flags, new Uint32Array(4).fill(UNFLAGGED));
      gpu.dispatch(kernel, { data, flags }, { length: 75, step: 5, flag: 1 }, linearGroups(75, 64));
      return new Uint32Array((await gpu.read(flags))[0]);
    });
    assertEquals([...found], [UNFLAGGED, expected, UNFLAGGED, UNFLAGGED], `${bad} at ${at}`);
  }
});

Deno.test("losses of the rows that exist are added into their slot, afresh or to earlier chunks", async () => {
  for (const rows of [1, 63, 64, 65, 1000]) {
    const shares = new Float32Array(1024).fill(NaN);
    shares.set(wave(rows, 1.3));
    using rowLoss = gpu.buffer("row losses", shares.byteLength);
    using losses = gpu.buffer("losses", 16);
    gpu.write(rowLoss, shares);
    using partials = gpu.buffer("partials", 300 * 4);
    using gradient = gpu.buffer("gradient", 300 * 4);
    using flags = gpu.buffer("flags", 16);
    for (const keep of [false, true]) {
      const found = await sameBits(async () => {
        gpu.write(losses, Float32Array.of(1, 2, 3, 4));
        const kernel = gpu.kernel({ name: "gradient_sum", text: gradientText }, { keep, loss: true });
        const resources = { partials, gradient, flags, row_loss: rowLoss, losses };
        gpu.dispatch(kernel, resources, { length: 75, splits: 1, step: 0, rows, slot: 2 }, linearGroups(75, 64));
        return await readFloats(gpu, losses, 4);
      });
      assertEquals([found[0], found[1], found[3]], [1, 2, 4]);
      assertSum(found[2], [...shares.subarray(0, rows), ...(keep ? [3] : [])], `${rows} rows`);
    }
  }
});
