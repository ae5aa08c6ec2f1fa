import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { join } from "@std/path";
import { runSweep } from "../../tasks/sweep/run_sweep.ts";
import { inputHashes } from "../../tasks/training/input_hashes.ts";
import { UserError } from "../../tasks/shell/user_error.ts";
import { fastClock } from "../support/clock.ts";
import { smoothPng } from "../support/image_task.ts";
import "../support/no_png_plots.ts";
import { quietly } from "../support/quietly.ts";
import { taskHere } from "../support/task_here.ts";
import { inFolder } from "../support/temporary_folder.ts";

const tiny = [
  "--width",
  "8",
  "--layers",
  "1",
  "--size",
  "0",
  "--batch-size",
  "64",
  "--kernels",
  "register",
  "--epochs",
  "1",
];

/** Other pixels than those of `smoothPng(16, 12)`, in as many bytes or not. */
const other = smoothPng(12, 16);

Deno.test("a comparison whose picture has changed since it began is not continued, so that no table mixes two", () =>
  inFolder(async (folder) => {
    const picture = join(folder, "picture.png");
    await Deno.writeFile(picture, smoothPng(16, 12));
    using _ = fastClock(16);
    const compare = (...args: string[]) => taskHere("compare", args, folder);
    const args = ["--input", "picture.png", "--optimizers", "adam", "--activations", "sine", "--seeds", "1", ...tiny];
    const made = await compare(...args, "--name", "c");
    assertEquals(made.code, 0, made.stderr);
    const path = join(folder, "runs", "compare", "c");
    const before = await contents(path);
    await Deno.writeFile(picture, other);
    const refused =
      `error: ${picture}: expected the content that the results in ${path} were made from, found another one; ` +
      "put that back, or choose another --name.\n";
    for (const again of [[...args, "--name", "c"], ["--resume", path]]) {
      const { code, stderr } = await compare(...again);
      assertEquals([code, stderr], [1, refused]);
    }
    assertEquals(await contents(path), before);
    // Another time of writing is no other content.
    await Deno.writeFile(picture, smoothPng(16, 12));
    assertEquals((await compare("--resume", path)).code, 0);
    // A comparison that was begun before there were hashes goes on.
    const record = JSON.parse(before["comparison.json"]);
    await Deno.writeTextFile(join(path, "comparison.json"), JSON.stringify({ ...record, inputHashes: undefined }));
    await Deno.writeFile(picture, other);
    assertEquals((await compare("--resume", path)).code, 0);
  }));

Deno.test("a sweep whose picture has changed since it began is not continued", () =>
  inFolder(async (folder) => {
    for (const name of ["a.png", "b.png"]) await Deno.writeFile(join(folder, name), smoothPng(16, 12));
    const options = { width: 8, layers: 1, size: 0, "batch-size": 64, kernels: "register", epochs: 1 };
    const spec = { task: "image", inputs: ["a.png", "b.png"], options, grid: { optimizer: ["adam"] } };
    const file = join(folder, "s.json");
    await Deno.writeTextFile(file, JSON.stringify(spec));
    using _ = fastClock(16);
    const sweep = (...args: string[]) => quietly(folder, () => runSweep(args, new AbortController().signal));
    await sweep(file, "--name", "s");
    const path = join(folder, "runs", "sweep", "s");
    const before = await contents(path);
    await Deno.writeFile(join(folder, "b.png"), other);
    for (const args of [[file, "--name", "s"], ["--resume", path]]) {
      const error = await sweep(...args).then(() => undefined, (error) => error);
      assert(error instanceof UserError);
      assertEquals(
        error.message,
        `${
          join(folder, "b.png")
        }: expected the content that the results in ${path} were made from, found another one; ` +
          "put that back, or choose another --name.",
      );
    }
    assertEquals(await contents(path), before);
    // An input of which no run has begun, because it could not be read, may be corrected.
    await Deno.remove(join(path, "runs", "image", "2-b-adam"), { recursive: true });
    await sweep("--resume", path);
    await Deno.writeFile(join(folder, "b.png"), smoothPng(16, 12));
    assert(await sweep("--resume", path).then(() => undefined, (error) => error) instanceof UserError);
  }));

Deno.test("a report on curvature whose picture has changed since it began is not continued", () =>
  inFolder(async (folder) => {
    const picture = join(folder, "picture.png");
    await Deno.writeFile(picture, smoothPng(16, 12));
    const few = [
      "--size",
      "8",
      "--width",
      "4",
      "--layers",
      "1",
      "--small-width",
      "2",
      "--batch-sizes",
      "1",
      "--samples",
      "2",
    ];
    const args = ["--input", "picture.png", ...few, "--activations", "sine", "--seeds", "1", "--name", "r"];
    const made = await taskHere("curvature", args, folder);
    assertEquals(made.code, 0, made.stderr);
    const path = join(folder, "runs", "curvature", "r");
    const before = await contents(path);
    await Deno.writeFile(picture, other);
    const { code, stderr } = await taskHere("curvature", ["--resume", path], folder);
    const expected =
      `error: ${picture}: expected the content that the results in ${path} were made from, found another one; `;
    assertEquals([code, stderr], [1, `${expected}put that back, or choose another --name.\n`]);
    assertEquals(await contents(path), before);
  }));

Deno.test("a scene's hash is that of its own files and pictures, wherever they lie below it, and of nothing else", () =>
  inFolder(async (folder) => {
    const write = async (name: string, text: string) => {
      await Deno.mkdir(join(folder, name, ".."), { recursive: true });
      await Deno.writeTextFile(join(folder, name), text);
    };
    await write("transforms.json", "{}");
    await write("images/1.jpg", "one");
    const hash = async (path = folder) => (await inputHashes([path], { takesFolders: true }))[0];
    const first = await hash();
    // The file of a scene stands for the scene.
    assertEquals(await hash(join(folder, "transforms.json")), first);
    for (const name of ["runs/nerf/a/config.json", ".git/x.json", "notes.md", "images/.thumbs/1.png"]) {
      await write(name, "x");
    }
    assertEquals(await hash(), first);
    const hashes = [first];
    for (const [name, text] of [["images/1.jpg", "two"], ["images/2.jpg", "one"], ["sparse/0/cameras.bin", "1"]]) {
      await write(name, text);
      hashes.push(await hash());
    }
    assertEquals(new Set(hashes).size, 4);
    await Deno.rename(join(folder, "images/2.jpg"), join(folder, "images/3.jpg"));
    assertNotEquals(await hash(), hashes.at(-1));
  }));

/** The files of a folder by their names, but for locks. */
async function contents(path: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const { name, isFile } of Deno.readDirSync(path)) {
    if (isFile && name !== ".lock") files[name] = await Deno.readTextFile(join(path, name));
  }
  return files;
}
