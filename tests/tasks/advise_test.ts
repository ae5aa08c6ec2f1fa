import { assert, assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { optimizerFromConfig } from "../../lib/optim/registry.ts";
import { doubts } from "../../tasks/training/advice/certainty.ts";
import { candidatesFor } from "../../tasks/training/advice/candidates.ts";
import { forecast, isForeseeable, scaleOf } from "../../tasks/training/advice/forecast.ts";
import known from "../../tasks/training/advice/known_runs.json" with { type: "json" };
import type { Weighed, Weighing } from "../../tasks/training/advice/weigh.ts";
import type { SettledValues } from "../../tasks/training/options.ts";
import { fastClock } from "../support/clock.ts";
import { smoothPng } from "../support/image_task.ts";
import { taskHere } from "../support/task_here.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

Deno.test("a forecast is a straight line over the logarithm of the steps, with one slope for all inputs", () => {
  const run = (input: string, steps: number, quality: number, seed = 0) => ({ input, steps, quality, seed });
  // 2 dB for each doubling on the first input; two seeds, of which the mean counts.
  const runs = [run("a", 100, 20), run("a", 400, 23), run("a", 400, 25, 1), run("b", 200, 30)];
  const reached = forecast(runs, 600, scaleOf("psnr"));
  assertEquals([...reached.keys()], ["a", "b"]);
  assertAlmostEquals(reached.get("a")!, 24 + 2 * Math.log2(1.5), 1e-12);
  assertAlmostEquals(reached.get("b")!, 30 + 2 * Math.log2(3), 1e-12);
  assertEquals([1, 66, 67, 600, 601].map((steps) => isForeseeable(runs, steps)), [false, false, true, true, false]);
  // What is not foreseeable is ranked by the nearest known runs.
  assertAlmostEquals(forecast(runs, 1, scaleOf("psnr")).get("a")!, 20, 1e-12);
  assertAlmostEquals(forecast(runs, 9999, scaleOf("psnr")).get("b")!, 32, 1e-12);
  const { decibels, quality } = scaleOf("iouUniform");
  assertAlmostEquals(decibels(0.99), 20, 1e-12);
  assertAlmostEquals(quality(decibels(0.987)), 0.987, 1e-12);
});

Deno.test("an advice says why it is in doubt", () => {
  const values = { activation: "sine", batchSize: 512, layers: 4, width: 256 } as unknown as SettledValues;
  const weighed = (name: string, steps: number) => ({ optimizer: { name }, steps }) as unknown as Weighed;
  const runs = [{ input: "a", seed: 0, steps: 1000, quality: 30 }];
  const candidate = (optimizer: string) => ({ optimizer, learningRate: 1, schedule: "cosine", runs });
  const optimizers = [candidate("adam"), candidate("soap")];
  const candidates = {
    comparison: { batchSize: 512, optimizers },
    candidates: [optimizers[0], optimizers[1]],
  } as const;
  const weighing = (leads: number[], names: string[], steps: number, isUnsteady = false) =>
    ({
      seconds: 60,
      weighed: names.map((name) => weighed(name, steps)),
      leads,
      isUnsteady,
      secondsOfTiming: 1,
    }) as unknown as Weighing;
  const texts = (leads: number[], steps = 1000, changed: object = {}, options: string[] = []) =>
    doubts(candidates, weighing(leads, ["soap", "adam"], steps), { ...values, ...changed }, options).join(" ");
  assertEquals(texts([2, 0.6]), "");
  assertStringIncludes(texts([2, 0.4]), "The lead of soap over adam is small");
  assertStringIncludes(texts([2, -0.4]), "On 1 of the 2 inputs that were compared, adam is ahead of soap.");
  assertStringIncludes(texts([2, 2], 1600), "There is no forecast for 1600 steps of soap (the runs that");
  assertStringIncludes(
    texts([], 1),
    "There is no forecast for 1 step of soap (the runs that were compared had 1000), 1 step of adam (",
  );
  assertStringIncludes(texts([2, 2], 1000, { batchSize: 4096 }), "The comparison was made with batches of 512;");
  assertStringIncludes(texts([2, 2], 1000, {}, ["--omega", "--size"]), "made with the default of --omega, --size;");
  const unsteady = doubts(candidates, weighing([2, 2], ["soap", "adam"], 1000, true), values).join();
  assertStringIncludes(unsteady, "something else uses the device");
  const unknown = candidatesFor("image", { ...values, activation: "sinc" } as SettledValues);
  assertEquals(unknown.comparison, undefined);
  assertStringIncludes(
    doubts(unknown, weighing([], ["esgd", "adam"], 1), values).join(),
    "the choice is that of --optimizer auto",
  );
});

Deno.test("each known comparison has Adam, optimizers of the registry, runs on two inputs, and two lengths on one", () => {
  for (const { networks } of Object.values(known)) {
    assertEquals(Object.keys(networks).sort(), ["gabor", "gaussian", "relu-pe", "sine"]);
    for (const optimizers of Object.values(networks)) {
      assert(optimizers.some(({ optimizer }) => optimizer === "adam"));
      for (const { optimizer, learningRate, runs } of optimizers) {
        assertEquals(optimizerFromConfig({ name: optimizer, learningRate }).learningRate, learningRate);
        const inputs = Map.groupBy(runs as { input: string; steps: number }[], ({ input }) => input);
        assertEquals(inputs.size, 2);
        assert([...inputs.values()].some((own) => new Set(own.map(({ steps }) => steps)).size > 1));
      }
    }
  }
});

Deno.test("deno task advise weighs the optimizers of the comparison by their cost here, and writes nothing", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 16));
    using _clock = fastClock(40);
    const advise = async (...args: string[]) => {
      const { code, stdout, stderr } = await taskHere("advise", args, folder);
      assertEquals(code, 0, stderr);
      return stdout;
    };
    const field = "--input picture.png --size 0 --width 8 --layers 1 --batch-size 64 --kernels register".split(" ");
    const long = ["--minutes", "0.01", "--seconds", "600"];
    const advice = JSON.parse(await advise(...field, "--activation", "relu-pe", ...long, "--json"));
    assertEquals(advice.seconds, 0.6);
    const names = advice.optimizers.map(({ optimizer }: { optimizer: string }) => optimizer);
    assertEquals(names.toSorted(), ["adam", "esgd", "muon", "soap"]);
    // The fields that were compared are larger.
    assertEquals(advice.leads, []);
    for (const optimizer of advice.optimizers) assertEquals(optimizer.quality, undefined);
    assertStringIncludes(advice.command, `--optimizer ${names[0]} --learning-rate `);
    assert(
      advice.doubts.some((text: string) =>
        text.includes("fields of 4 × 256 units and batches of 512 and the default of --size")
      ),
    );
    assertMatch(advice.command, /^deno task image \S+picture.png .*--minutes 0.01$/);
    assertEquals(
      advice.compare.replace(/--optimizers [a-z,]+ /, "").replace(`${folder}/`, ""),
      "deno task compare --task image --input picture.png --activations relu-pe --layers 1 --width 8 --batch-size 64 --size 0 --kernels register",
    );
    for (const { stepSeconds, steps } of advice.optimizers) assert(stepSeconds > 0 && steps >= 1);
    assertEquals(Object.keys(advice.numbers).sort(), [
      "equilibratedSpread",
      "gaussNewtonSpread",
      "jacobiSpread",
      "noiseScale",
      "smallEntries",
      "spread",
    ]);

    const text = await advise(...field, "--activation", "sinc", "--epochs", "3", "--seconds", "1e-6");
    assertStringIncludes(text, "--optimizer esgd");
    assertStringIncludes(text, "No comparison over several lengths has been made for sinc");
    assertStringIncludes(text, "Not measured, for want of time (--seconds) or samples: the density of Hv, the noise");
    const both = await taskHere("advise", ["--epochs", "3", "--minutes", "1"], folder);
    assertEquals([both.code, both.stderr.split("\n").at(-2)], [
      1,
      "error: --epochs and --minutes: expected one of them, which says how long the run is to be, found both.",
    ]);
    assertEquals(await namesIn(folder), ["picture.png"]);
  }));
