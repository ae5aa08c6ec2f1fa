import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { outcome, startTask } from "../support/process.ts";
import { inFolder } from "../support/temporary_folder.ts";

Deno.test("tune measures the products of the tasks' fields once each, and remembers the fastest", () =>
  inFolder(async (folder) => {
    const env = { XDG_CACHE_HOME: folder, MESA_SHADER_CACHE_DIR: `${Deno.env.get("HOME")}/.cache` };
    const shape = ["--width", "16", "--layers", "2", "--batch", "32"];
    const { code, stdout, stderr } = await outcome(startTask("tune", shape, folder, env));
    assertEquals(code, 0, stderr);
    const lines = stdout.trimEnd().split("\n").filter((line) => line.endsWith(" ms"));
    const subjects = lines.map((line) => line.slice(0, 50).trim());
    assertEquals(new Set(subjects).size, subjects.length);
    // A picture's hidden layers; a wavelet's, whose layers have two maps; an encoding of three coordinates; heads of a radiance field.
    for (
      const kind of ["forward 16x16 rows 32", "forward 32x16 rows 32", "forward 16x64 rows 32", "batched products"]
    ) {
      assert(subjects.includes(kind), kind);
    }
    const remembered = (await Deno.readTextFile(join(folder, "neural-fields", "kernels.jsonl"))).trim().split("\n");
    const made = remembered.map((line) => JSON.parse(line)).map(({ key, choice }) => [key.split(" | ").at(-1), choice]);
    assertEquals(made, lines.map((line, i) => [subjects[i], line.slice(51).split(" ")[0]]));
  }));

Deno.test("tune refuses batches that are none", async () => {
  const { code, stderr } = await outcome(startTask("tune", ["--batch", "0"], "."));
  assertEquals(code, 1);
  assertStringIncludes(
    stderr,
    'error: --batch: expected different integers from 1 to 16777216, separated by commas, found "0".',
  );
});
