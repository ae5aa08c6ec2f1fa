import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { createField, decodePicture, gaussian, radianceField, raySpace } from "../../mod.ts";
import { encodeAnimatedPng, encodeGif } from "../../lib/codec/mod.ts";
import type { Camera } from "../../lib/data/scene/mod.ts";
import { RunFolder } from "../../tasks/run/run_folder.ts";
import { lookingAt } from "../../lib/render/camera_path.ts";
import { type FrameOptions, removeFrames, renderFrames } from "../../tasks/nerf/frames.ts";
import { fileDevice } from "../support/device.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

const gpu = await fileDevice();
const cameras = [0, 1, 2].map((i): Camera => {
  const pose = lookingAt([4 * Math.cos(i), 4 * Math.sin(i), 1], [0, 0, 0], [0, 0, 1]);
  return { pose, width: 8, height: 6, focal: [8, 8], centre: [4, 3] };
});
const bounds = { cameras, near: 2, far: 6, kind: "around" as const };
const record = { bounds, space: raySpace("metric", bounds), background: "black" as const };

async function render(folder: string, options: Partial<FrameOptions> = {}): Promise<number> {
  using field = createField(gpu, radianceField({ activation: gaussian(), depth: 1, width: 16 }), { seed: 1 });
  return await renderFrames(new RunFolder(folder), field, record, { intervals: 4 }, {
    path: "orbit",
    frames: 3,
    say: () => {},
    signal: new AbortController().signal,
    ...options,
  });
}

/** The names of files and folders except that of the lock. */
function visible(folder: string): string[] {
  return namesIn(folder).filter((name) => name !== ".frames.lock");
}

Deno.test("frames replace those of an earlier call when all are there; an interrupted one leaves them alone", () =>
  inFolder(async (folder) => {
    const files = () => [visible(folder), namesIn(join(folder, "orbit"))];
    assertEquals(await render(folder, { depth: true }), 3);
    assertEquals(files()[1].length, 6);
    assertEquals(await render(folder, { frames: 2 }), 2);
    assertEquals(files(), [["orbit", "orbit.png"], ["000.png", "001.png"]]);
    const frames = await Promise.all(
      ["000", "001"].map(async (name) => decodePicture(await Deno.readFile(join(folder, "orbit", `${name}.png`)))),
    );
    assertEquals(await Deno.readFile(join(folder, "orbit.png")), encodeAnimatedPng(frames));
    await render(folder, { frames: 2, gif: true });
    assertEquals(await Deno.readFile(join(folder, "orbit.gif")), await encodeGif(frames));
    await render(folder, { frames: 2 });
    assertEquals(files()[0], ["orbit", "orbit.png"], "a GIF of other frames does not stay");
    assertEquals(await render(folder, { signal: AbortSignal.abort() }), 0);
    assertEquals(files(), [["orbit", "orbit.png"], ["000.png", "001.png"]]);
    const controller = new AbortController();
    const say = (what: string) => what.startsWith("orbit: frame 1") && controller.abort();
    assertEquals(await render(folder, { signal: controller.signal, say }), 1);
    assertEquals(files(), [["orbit", "orbit.png", "orbit.unfinished"], ["000.png", "001.png"]]);
    assertEquals(namesIn(join(folder, "orbit.unfinished")), ["000.png"]);
    assertEquals(await render(folder), 3);
    assertEquals(files(), [["orbit", "orbit.png"], ["000.png", "001.png", "002.png"]]);
    const again = new AbortController();
    const stop = (what: string) => what.startsWith("orbit: frame 2") && again.abort();
    await render(folder, { signal: again.signal, say: stop });
    assertEquals(visible(folder), ["orbit", "orbit.png", "orbit.unfinished"]);
    await removeFrames(new RunFolder(folder), "orbit");
    assertEquals(visible(folder), []);
  }));

Deno.test("while frames of a run are rendered, a second call is refused", () =>
  inFolder(async (folder) => {
    let refusal: Promise<Error> | undefined;
    const say = () => {
      refusal ??= assertRejects(() => render(folder), Error);
    };
    assertEquals(await render(folder, { say }), 3);
    const { message } = (await refusal)!;
    assertEquals(message, `${folder}: process ${Deno.pid} is rendering frames of this run; wait for it to end.`);
    assertEquals(await render(folder), 3);
  }));
