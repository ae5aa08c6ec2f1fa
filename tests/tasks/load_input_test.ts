import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { encodePly, encodePng } from "../../mod.ts";
import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import { tuneProducts } from "../../lib/linalg/gemm/tune.ts";
import { imageTask } from "../../tasks/image/task.ts";
import { occupancyTask } from "../../tasks/occupancy/task.ts";
import type { Loading } from "../../tasks/training/task.ts";
import { parseOptions } from "../../tasks/shell/options.ts";
import { sphere } from "../support/meshes.ts";
import { inFolder } from "../support/temporary_folder.ts";

/** What a task is given while it loads its input if a signal comes before the part with a number; it keeps the parts that began. */
function stoppedAt(part: number): Loading & { parts: string[] } {
  const parts: string[] = [];
  const next = (what: string) => {
    if (parts.length === part) return Promise.reject(new Error("stopped"));
    parts.push(what);
    return Promise.resolve();
  };
  return { signal: new AbortController().signal, say: () => {}, next, parts };
}

Deno.test("an image and a mesh are loaded in parts, and a signal between them frees what is on the device", async () => {
  using gpu = await openDevice();
  await inFolder(async (folder) => {
    const before = gpu.liveBuffers;
    const [picture, mesh] = [join(folder, "a.png"), join(folder, "a.ply")];
    const pixels = Float32Array.from({ length: 48 }, (_, i) => i / 48);
    await Deno.writeFile(picture, encodePng({ width: 4, height: 4, channels: 3, pixels }));
    await Deno.writeFile(mesh, encodePly(sphere(8)));
    const image = imageTask.settle(parseOptions([picture], imageTask.command).values, { software: true });
    const occupancy = occupancyTask.settle(parseOptions([mesh], occupancyTask.command).values, { software: true });
    const tries = [
      { parts: 2, load: (loading: Loading) => imageTask.load(image, gpu, loading) },
      { parts: 4, load: (loading: Loading) => occupancyTask.load(occupancy, gpu, loading) },
    ];
    for (const { parts, load } of tries) {
      for (let part = 0; part < parts; part++) {
        const loading = stoppedAt(part);
        await assertRejects(() => load(loading), Error, "stopped");
        assertEquals(loading.parts.length, part);
        assertEquals(gpu.liveBuffers, before);
      }
      using _input = await load(stoppedAt(parts));
    }
  });
});

Deno.test("a signal ends measuring kernels, and nothing is chosen", async () => {
  using gpu = await openDevice();
  const shape = { rows: 512, outputs: 64, inputs: 64 };
  const signal = AbortSignal.abort(new Error("stopped"));
  const before = gpu.liveBuffers;
  await assertRejects(() => tuneProducts(gpu, [{ kind: "forward", shape }], { again: true, signal }), Error, "stopped");
  assertEquals(gpu.liveBuffers, before);
});
