import { assert, assertEquals } from "@std/assert";
import { openDevice } from "../../mod.ts";
import { longestMirror } from "../../lib/gpu/operand_access.ts";
import { readFloats } from "../support/device.ts";

const endSource = {
  name: "end",
  text: `{{uniform length: u32, first: u32}}
{{read source}}
{{write destination: array<vec4f>}}
{{include each_entry}}
fn entry(i: u32) { destination[i] = source(u.first + i); }`,
};

Deno.test("an operand that is too long for a texture is read from its buffer, with texture access as without", async () => {
  for (const operands of ["texture", "buffer"] as const) {
    using gpu = await openDevice({ kernels: "register", operands });
    // Of halves, since a buffer of single precision of this length is larger than some adapters allow.
    const length = longestMirror(gpu.device.limits) + 256;
    using source = gpu.buffer("long", length * 8, "f16");
    using destination = gpu.buffer("end", 16);
    // 1, 2, 3 and 4 in half precision.
    gpu.write(source, new Uint32Array([0x40003c00, 0x44004200]), (length - 1) * 8);
    const before = gpu.liveBytes;
    gpu.dispatch(gpu.kernel(endSource), { source, destination }, { length: 1, first: length - 1 }, [1]);
    assertEquals([...await readFloats(gpu, destination, 4)], [1, 2, 3, 4]);
    assertEquals(gpu.liveBytes, before, "no mirror");
    if (operands === "buffer") continue;
    const part = source.slice(256 * 8, (length - 256) * 8);
    gpu.dispatch(gpu.kernel(endSource), { source: part, destination }, { length: 1, first: length - 257 }, [1]);
    assertEquals([...await readFloats(gpu, destination, 4)], [1, 2, 3, 4]);
    assert(gpu.liveBytes > before, "the longest part that fits has a mirror");
  }
});
