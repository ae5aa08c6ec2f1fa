import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { fastClock } from "../support/clock.ts";
import { taskHere } from "../support/task_here.ts";
import { inFolder } from "../support/temporary_folder.ts";

const scene = fromFileUrl(new URL("../../fixtures/scene/", import.meta.url));
const tiny = "--layers 1 --width 8 --samples 4 --rays 2048 --size 12 --kernels register".split(" ");
const pairs = "--activations gaussian --optimizers sgd --seeds 1 --epochs 1".split(" ");

Deno.test({
  name: "radiance fields are compared on one scene or on all of a folder",
  // Links take rights there.
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      for (const name of ["one", "two"]) {
        await Deno.mkdir(join(folder, "scenes", name), { recursive: true });
        for (const entry of Deno.readDirSync(scene)) {
          await Deno.symlink(join(scene, entry.name), join(folder, "scenes", name, entry.name));
        }
      }
      await Deno.writeTextFile(join(folder, "scenes", "notes.txt"), "no scene");
      await Deno.mkdir(join(folder, "empty"));
      const compare = async (input: string) => {
        const args = ["--task", "nerf", "--input", input, ...pairs, ...tiny, "--name", input.replace("/", "-")];
        using _clock = fastClock(10);
        return await taskHere("compare", args, folder);
      };
      const inputs = async (input: string) => {
        const { code, stderr } = await compare(input);
        assertEquals(code, 0, stderr);
        const table = await Deno.readTextFile(
          join(folder, "runs", "compare", input.replace("/", "-"), "results.csv"),
        );
        const [head, ...lines] = table.trimEnd().split("\n").map((line) => line.split(","));
        return lines.map((line) => line[head.indexOf("input")]);
      };
      assertEquals(await inputs("scenes"), ["one", "two"]);
      assertEquals(await inputs("scenes/two"), ["two"]);
      const { code, stderr } = await compare("empty");
      assertEquals(code, 1);
      assertMatch(
        stderr,
        /^error: --input .*empty: expected a scene, or a folder of scenes, that the task nerf can read, found none\.\n$/,
      );
    }),
});
