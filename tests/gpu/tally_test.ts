import { assertEquals } from "@std/assert";
import { fileDevice } from "../support/device.ts";

const sources = {
  adding: {
    name: "adding",
    text: `{{read x}}
{{update y}}
@compute @workgroup_size(4)
fn main(@builtin(global_invocation_id) id: vec3u) { y[id.x] = y_before(id.x) + x(id.x); }`,
  },
  negating: {
    name: "negating",
    text: `{{read x}}
{{write y: array<vec4f>}}
@compute @workgroup_size(4)
fn main(@builtin(global_invocation_id) id: vec3u) { y[id.x] = -x(id.x); }`,
  },
};

for (const operands of ["buffer", "texture"] as const) {
  const gpu = await fileDevice({ operands });
  Deno.test(`a tally counts each buffer once as read and once as written, however often it is (${operands})`, () => {
    using x = gpu.buffer("x", 64);
    using y = gpu.buffer("y", 64);
    using z = gpu.buffer("z", 64);
    const { dispatches, flops, bytes } = gpu.tally(() => {
      gpu.dispatch(gpu.kernel(sources.adding), { x, y }, {}, [1], 30);
      gpu.dispatch(gpu.kernel(sources.adding), { x, y }, {}, [1], 12);
      gpu.dispatch(gpu.kernel(sources.negating), { x: y, y: z }, {}, [1]);
      gpu.copy(x, z, 16);
    });
    // x, y read, y, z written; 16 bytes of x and z are parts of their own.
    assertEquals({ dispatches, flops, bytes }, { dispatches: 3, flops: 42, bytes: 4 * 64 + 2 * 16 });
    assertEquals(gpu.tally(() => {}).bytes, 0);
  });
}
