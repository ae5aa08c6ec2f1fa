import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { encodePly } from "../../mod.ts";
import { smoothPng } from "../support/image_task.ts";
import { sphere } from "../support/meshes.ts";
import { taskHere } from "../support/task_here.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

const scene = fromFileUrl(new URL("../../fixtures/scene/", import.meta.url));
const network = ["--layers", "1", "--width", "8", "--kernels", "register", "--epochs", "1", "--name", "run"];

/** A tiny run of each task. */
const runs: Readonly<Record<string, readonly string[]>> = {
  image: ["picture.png", "--size", "0"],
  occupancy: ["ball.ply", "--points", "1000", "--batch-size", "500", "--resolution", "12", "--test-points", "2000"],
  nerf: [scene, "--samples", "4", "--rays", "2048", "--size", "12"],
  audio: ["--seconds", "0.1"],
  fit: ["--test-share", "0.5"],
};

for (const [task, args] of Object.entries(runs)) {
  Deno.test(`docs/run-folder.md names every file and key that a run of ${task} leaves`, () =>
    inFolder(async (folder) => {
      await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 16));
      await Deno.writeFile(join(folder, "ball.ply"), encodePly(sphere(1, 8, 12)));
      const { code, stderr } = await taskHere(task, [...args, ...network], folder);
      assertEquals(code, 0, stderr);
      const run = join(folder, "runs", task, "run");
      const page = await Deno.readTextFile(new URL("../../docs/run-folder.md", import.meta.url));
      const isNamed = (name: string) => page.includes(`\`${name}\``);
      const keys = new Set<string>();
      for (const file of ["config.json", "summary.json", "metrics.jsonl"]) {
        const [first] = file.endsWith("l") ? (await Deno.readTextFile(join(run, file))).split("\n") : [];
        const json = JSON.parse(first ?? await Deno.readTextFile(join(run, file)));
        for (const key of Object.keys(json)) keys.add(key);
      }
      assertEquals([...keys].filter((key) => !isNamed(key)), []);
      const folders = ["checkpoints", "test", "snapshots"];
      assertEquals(namesIn(run).filter((name) => !folders.includes(name) && !isNamed(name)), []);
      assert(keys.size > 15);
    }));
}
