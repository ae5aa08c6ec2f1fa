import { assertAlmostEquals, assertEquals } from "@std/assert";
import { createField, createOptimizer, createVector, gaussian, kfac, mlp, openDevice } from "../../mod.ts";
import { BATCHED_FAMILIES, FAMILIES, FUSED } from "../../lib/linalg/gemm/family.ts";
import { kroneckerLayout } from "../../lib/linalg/linear_maps.ts";

const page = await Deno.readTextFile(new URL("../../docs/kernels.md", import.meta.url));

/** A section of docs/kernels.md. */
function section(heading: string): string {
  return page.split(`\n## ${heading}\n`)[1].split("\n## ")[0];
}

/** The names in the first column of the first table of a section. */
function namesIn(heading: string): string[] {
  const table = section(heading).match(/(^\|.*\n)+/m)![0];
  return table.split("\n").slice(2).flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)]).map(
    ([, name]) => name,
  );
}

Deno.test("docs/kernels.md lists all families of kernels", () => {
  assertEquals(namesIn("Families of kernels").toSorted(), [...FAMILIES, FUSED].toSorted());
  assertEquals(namesIn("Batches of products").toSorted(), [...BATCHED_FAMILIES].toSorted());
  // A number beside the lists would have to be counted again with each new family; the five for batches are the list above.
  const counted = [...page.matchAll(/\b(\w+) families\b/g)].map(([, word]) => word);
  assertEquals(counted.filter((word) => /^(\d+|one|two|three|four|six|seven|eight|nine|ten)$/.test(word)), []);
  assertEquals(BATCHED_FAMILIES.length, 5);
});

Deno.test("docs/kernels.md says how many dispatches K-FAC's update takes on average", async () => {
  const averages: Record<string, number> = {};
  for (const [kernels, width] of [["tile", 128], ["tile", 256], ["straight", 256]] as const) {
    using gpu = await openDevice({ kernels });
    const hidden = Array(4).fill(width);
    const description = mlp({ inputs: 2, hidden, outputs: 3, activation: gaussian() });
    using field = await createField(gpu, description, { seed: 1 });
    const { parameters, layout } = field;
    const spec = kfac();
    using gradient = createVector(gpu, layout);
    using kroneckerFactors = createVector(gpu, kroneckerLayout(layout));
    using optimizer = createOptimizer(gpu, spec, layout);
    const observing = gpu.tally(() => optimizer.observe({ kroneckerFactors })).dispatches;
    const stepping = gpu.tally(() => optimizer.step({ parameters, gradient })).dispatches;
    averages[`${kernels} ${width}`] = observing / Number(spec.options.updateEvery) + stepping;
  }
  const numbers = (row: string) => row.split("|").map(Number).filter((each) => each > 0);
  const rowOf = (heading: string) =>
    section(heading).split("\n").find((line) => line.startsWith("| K-FAC") && line.includes("."))!;
  const [apart128, together128, apart256, together256] = numbers(rowOf("Small matrices in one dispatch"));
  for (const shown of [apart128, together128]) assertAlmostEquals(shown, averages["tile 128"], 1e-9);
  for (const shown of [apart256, together256]) assertAlmostEquals(shown, averages["tile 256"], 1e-9);
  const before = numbers(rowOf("Optimizers that multiply matrices"));
  assertEquals(before.length, 2);
  for (const shown of before) assertAlmostEquals(shown, averages["straight 256"], 1e-9);
  const [, elsewhere] = section("Small matrices in one dispatch").match(/With `straight`, K-FAC takes ([\d.]+)/)!;
  assertAlmostEquals(Number(elsewhere), averages["straight 256"], 1e-9);
});
