import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { decodePng } from "../../lib/codec/image/decode_png.ts";
import { RunFolder } from "../../tasks/run/run_folder.ts";
import { imageTask, smoothPng, tiny } from "../support/image_task.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

const reader = fromFileUrl(new URL("../support/read_events.py", import.meta.url));

/** Whether Python is there, which reads the event files without any code of this project. */
const python = await new Deno.Command("python3", { args: ["--version"], stdout: "null", stderr: "null" }).output()
  .then(({ success }) => success, () => false);

const line = ["picture.png", ...tiny, "--optimizer", "adam", "--tensorboard"];

/** Gives a run that has ended, was interrupted while it wrote events, and was resumed. */
function withResumedRun(work: (path: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 12));
    const begun = await imageTask(folder, ...line, "--epochs", "3", "--evaluate-every", "1", "--name", "a");
    assertEquals(begun.code, 0, begun.stderr);
    const path = join(folder, "runs", "image", "a");
    const [events] = namesIn(path).filter((name) => name.includes("tfevents"));
    const bytes = await Deno.readFile(join(path, events));
    await Deno.writeFile(join(path, events), bytes.slice(-50, -20), { append: true });
    // The last checkpoint is lost, so that the last measurement is made again.
    await Deno.remove(join(path, "checkpoints", "step-00000009.safetensors"));
    const resumed = await imageTask(folder, "--resume", path, "--epochs", "4");
    assertEquals(resumed.code, 0, resumed.stderr);
    await work(path);
  });
}

Deno.test(
  `a resumed run leaves its page, and events with which ${python ? "Python" : "(Python is not there)"} agrees`,
  () =>
    withResumedRun(async (path) => {
      const html = await Deno.readTextFile(join(path, "index.html"));
      for (
        const text of [
          "finished",
          "gaussian",
          "Reconstruction",
          "Training time (s)",
          `--resume ${path}`,
          "--batch-size",
        ]
      ) {
        assertStringIncludes(html, text);
      }
      for (const [, target] of html.matchAll(/href="\.\/([^"]*)"/g)) {
        assert(namesIn(path).includes(decodeURIComponent(target).replace(/\/$/, "")), target);
      }
      assert(!html.includes(`http-equiv="refresh"`));
      const preview = decodePng(await Deno.readFile(join(path, "preview.png")), "preview.png");
      assertEquals([preview.width, preview.height], [48, 12]);

      const files = namesIn(path).filter((name) => name.includes("tfevents"));
      assertEquals(files, ["events.out.tfevents.000001", "events.out.tfevents.000002"]);
      if (!python) return;
      const { stdout, stderr, success } = await new Deno.Command("python3", {
        args: [reader, ...files.map((name) => join(path, name))],
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      const { versions, scalars, pictures } = JSON.parse(new TextDecoder().decode(stdout));
      assertEquals(versions, ["brain.Event:2", "brain.Event:2"]);
      const expected = (await new RunFolder(path).readMetrics()).flatMap(({ step, ...figures }) =>
        Object.entries(figures).map(([tag, value]) => ({ step, tag, value: Math.fround(Number(value)) }))
      );
      assertEquals(expected.filter(({ tag }) => tag === "psnr").map(({ step }) => step), [3, 6, 9, 12]);
      assertEquals(scalars, expected);
      assert(pictures.length >= 2);
      for (const { tag, width, height } of pictures) assertEquals([tag, width, height], ["preview", 48, 12]);
    }),
);
