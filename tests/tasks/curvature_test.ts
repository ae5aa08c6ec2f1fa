import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { outcome, startTask } from "../support/process.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

const SMALL = ["--size", "16", "--width", "8", "--layers", "2"];

Deno.test("curvature is measured at initialisation, with findings, plots and all numbers in a table", () =>
  inFolder(async (folder) => {
    const options = [
      ...SMALL,
      "--activations",
      "sine,relu-pe",
      "--seeds",
      "2",
      "--batch-sizes",
      "1,64",
      "--samples",
      "64",
    ];
    const { code, stdout, stderr } = await outcome(
      startTask("curvature", [...options, "--small-width", "4", "--name", "a"], folder),
    );
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, " of the entries of Hv are 0 and ");
    assertStringIncludes(stdout, "The largest eigenvalue over the median one is ");
    const place = join(folder, "runs", "curvature", "a");
    assertEquals(namesIn(place), ["curvature.csv", "report.html"]);
    const report = await Deno.readTextFile(join(place, "report.html"));
    assertEquals(report.match(/<svg/g)?.length, 3);
    const rows = (await Deno.readTextFile(join(place, "curvature.csv"))).trim().split("\n").map((line) =>
      line.split(",")
    );
    const shares = rows.filter(([series, , , figure, of]) =>
      series === "relu-pe" && figure === "share of Hv = 0" && /64/.test(of)
    );
    assert(shares.length > 2);
    for (const row of shares) assert(Number(row.at(-1)) >= 0 && Number(row.at(-1)) <= 1, row.join());

    const again = await outcome(startTask("curvature", [...options, "--name", "a"], folder));
    assertEquals(again.code, 1);
    assertStringIncludes(again.stderr, "expected a name that is not yet taken");
  }));

Deno.test("curvature is measured at the checkpoints of a run, with the run's own field and data", () =>
  inFolder(async (folder) => {
    const trained = await outcome(
      startTask("image", [...SMALL, "--batch-size", "64", "--epochs", "3", "--name", "r"], folder),
    );
    assertEquals(trained.code, 0, trained.stderr);
    const run = ["--run", "runs/image/r", "--batch-sizes", "64", "--samples", "64", "--name", "b"];
    const { code, stderr } = await outcome(startTask("curvature", run, folder));
    assertEquals(code, 0, stderr);
    const table = await Deno.readTextFile(join(folder, "runs", "curvature", "b", "curvature.csv"));
    assertStringIncludes(table, "r,0,12,noise scale,");
    const mixed = await outcome(startTask("curvature", [...run, "--width", "4"], folder));
    assertEquals(mixed.code, 1);
    assertStringIncludes(
      mixed.stderr,
      "--run takes the field and its data from the run, so --width cannot be given with it.",
    );
  }));

Deno.test("a list of batch sizes that is none is refused", () =>
  inFolder(async (folder) => {
    const { code, stderr } = await outcome(startTask("curvature", ["--batch-sizes", "4,x"], folder));
    assertEquals([code, namesIn(folder)], [1, []]);
    assertStringIncludes(
      stderr,
      'error: --batch-sizes: expected whole numbers from 1 to 1048576, separated by commas, found "x".',
    );
  }));
