import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { join } from "@std/path";
import { binaryCrossEntropy, meanSquaredError, type Objective } from "../../mod.ts";
import { huber, meanAbsoluteError } from "../../lib/objective/mod.ts";
import { bestConstantLoss } from "../../tasks/fit/best_constant.ts";
import { decodePicture, encodeNpy, readNpy } from "../../lib/codec/mod.ts";
import { type FitMeasure, fitOf } from "../../tasks/fit/fit_quality.ts";
import { loadSamples } from "../../tasks/fit/load_samples.ts";
import { readTable } from "../../tasks/fit/read_table.ts";
import { overfittingNotice } from "../../tasks/fit/overfitting.ts";
import { rangesOf, scaled, splitRows, unscaled } from "../../tasks/fit/scaling.ts";
import { fitTask } from "../../tasks/fit/task.ts";
import { parseOptions } from "../../tasks/shell/options.ts";
import { runTraining } from "../../tasks/training/run_training.ts";
import { outcome, startTask } from "../support/process.ts";
import { quietly } from "../support/quietly.ts";
import { inFolder } from "../support/temporary_folder.ts";

/** No kernels are compiled in order to choose among them. */
const register = ["--kernels", "register"];

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("tables are read with and without names, by tabs, semicolons and commas", () => {
  assertEquals(readTable(bytes("1,2\n3,4.5\n"), "t"), { columns: 2, data: Float64Array.of(1, 2, 3, 4.5) });
  const named = { columns: 2, data: Float64Array.of(-1, 2e3), names: ["x", "y, too"] };
  assertEquals(readTable(bytes('x;"y, too"\r\n-1;2e3\r\n\r\n'), "t"), named);
  assertEquals(readTable(bytes("x\ty, too\n-1\t+2e3"), "t"), named);
});

Deno.test("tables may have separators within quotation marks, and comments", () => {
  const data = Float64Array.of(1, 2, 3, 4);
  const table = (text: string) => readTable(bytes(text), "t");
  assertEquals(table('"a, ""b""","c;"\n"1","2"\n3, "4"\n'), { columns: 2, data, names: ['a, "b"', "c;"] });
  assertEquals(table('5" pipe,b\n1,2\n3,4\n'), { columns: 2, data, names: ['5" pipe', "b"] });
  assertEquals(table("# measured, twice\nx,y\n1,2\n# a pause\n3,4\n"), { columns: 2, data, names: ["x", "y"] });
  assertEquals(table("# one comment\n# x, y\n1,2\n3,4\n"), { columns: 2, data, names: ["x", "y"] });
  assertEquals(table("# a comment\n1,2\n3,4\n"), { columns: 2, data });
  const wrong = "t, line 3: expected 1 cell, as in line 2, found 2.";
  assertEquals(assertThrows(() => table("# a comment\nA title\nx,y\n1,2\n"), Error).message, wrong);
  assertThrows(() => table("# a comment\n"), Error, "t: expected rows of numbers, found none.");
});

Deno.test("arrays without samples or columns are refused with their shape", () =>
  inFolder(async (folder) => {
    const path = join(folder, "empty.npy");
    const values = parseOptions([path], fitTask.command).values;
    const header = new TextDecoder().decode(encodeNpy(new Float32Array(0), 2));
    for (const [shape, missing] of [["0, 2", "sample"], ["3, 0", "column"]]) {
      const file = header.replace("(0, 2)", `(${shape})`);
      await Deno.writeFile(path, Uint8Array.from(file, (letter, i) => i === 0 ? 0x93 : letter.charCodeAt(0)));
      const { message } = await assertRejects(() => loadSamples(values), Error);
      assertEquals(
        message,
        `${path}: expected at least one ${missing}, found an array of shape (${shape}).`,
      );
    }
  }));

Deno.test("tables with something else than finite numbers are refused, with the place", () => {
  const message = (text: string) => {
    try {
      readTable(bytes(text), "t.csv");
    } catch (error) {
      return (error as Error).message;
    }
  };
  assertEquals(message("1,2\n3,NaN"), 't.csv, line 2, column 2: expected a finite number, found "NaN".');
  assertEquals(message("x,y\n1,2\n\n3,"), 't.csv, line 4, column 2: expected a finite number, found "".');
  assertEquals(message("1,2\n3"), "t.csv, line 2: expected 2 cells, as in line 1, found 1.");
  assertEquals(message("1,1e999"), 't.csv, line 1, column 2: expected a finite number, found "1e999".');
  assertEquals(message("x,y"), "t.csv: expected rows of numbers, found none.");
  const several = 't.csv, line 1, column 2: expected a finite number, found "nan" (3 of 6 cells have none).';
  assertEquals(message("1,nan\n2,-inf\n,3"), several);
  assertEquals(
    message("1,2\n3,1e39"),
    't.csv, line 2, column 2: expected a number that 32 bits can hold, found "1e39".',
  );
  assertEquals(message("\n"), "t.csv: expected rows of numbers, found none.");
});

Deno.test("columns are scaled to a range and back; a constant one becomes the middle", () => {
  const matrix = { columns: 2, data: Float64Array.of(2, 7, 4, 7, 3, 7) };
  const ranges = rangesOf(matrix);
  assertEquals(ranges, { low: [2, 7], high: [4, 7] });
  assertEquals([...scaled(matrix, ranges, [-1, 1])], [-1, 0, 1, 0, 0, 0]);
  assertEquals([...unscaled(scaled(matrix, ranges, [0, 1]), ranges)], [...matrix.data]);
});

Deno.test("rows are held out by the seed: the share that is asked for, all of them once, never all", () => {
  const matrix = { columns: 1, data: new Float64Array(1000) };
  const { train, test } = splitRows(matrix, 0.2, 3);
  assertEquals([train.length, test.length], [800, 200]);
  assertEquals([...train, ...test].sort((a, b) => a - b), Array.from({ length: 1000 }, (_, i) => i));
  assertEquals(splitRows(matrix, 0.2, 3), { train, test });
  assert(splitRows(matrix, 0.2, 4).test.filter((row) => test.includes(row)).length < 80);
  assertEquals(splitRows({ columns: 1, data: new Float64Array(1) }, 0.9, 0), { train: [0], test: [] });
});

Deno.test("figures of a fit are those of their definitions", () => {
  const square: FitMeasure = { outputs: "values", columns: 1, entryLoss: meanSquaredError().entryLoss };
  const values = fitOf(Float32Array.of(1, 2, 4), Float32Array.of(1, 2, 3), square);
  assertAlmostEquals(values.mae, 1 / 3, 1e-7);
  assertAlmostEquals(values.loss, 1 / 3, 1e-7);
  assertAlmostEquals(values.snr, 10 * Math.log10(2), 1e-6);
  const same = fitOf(Float32Array.of(1, 2), Float32Array.of(1.5, 1.5), square);
  assertEquals([same.loss, same.rmse, same.snr], [0.25, 0.5, undefined]);
  // One target is measured by the variance of all, which is 1 here.
  const one = fitOf(Float32Array.of(1.5), Float32Array.of(1), square, Float32Array.of(1, -1));
  assertAlmostEquals(one.snr, 10 * Math.log10(4), 1e-12);
  assertAlmostEquals(same.psnr, 10 * Math.log10(4), 1e-12);
  // A constant 2 costs 1 and 1.5 here, and the field a half of that.
  const { entryLoss } = meanAbsoluteError();
  const absolute = { outputs: "values", columns: 1, entryLoss, constantLoss: 2.5 / 3 } as const;
  const robust = fitOf(Float32Array.of(1.5, 2, 4.25), Float32Array.of(1, 2, 3.5), absolute);
  assertAlmostEquals(robust.loss, 1.25 / 3, 1e-7);
  assertAlmostEquals(robust.gain, 10 * Math.log10(2), 1e-6);
  // Without the loss of an entry, as in an objective from a file, the loss is not known here.
  const unknown = fitOf(Float32Array.of(1, 2), Float32Array.of(1, 3), { outputs: "values", columns: 1 });
  assertEquals(Object.keys(unknown), ["mae", "snr"]);
  // Two columns, (0, 2) and (10, 10), against their means 1 and 10: an SNR of 0 dB. One constant for both would leave a variance of 20.75.
  const columns = fitOf(Float32Array.of(1, 10, 1, 10), Float32Array.of(0, 10, 2, 10), { ...square, columns: 2 });
  assertAlmostEquals(columns.snr, 0, 1e-6);
  // A row of two columns has no variance, and is measured by that of all rows, which is 1 / 2.
  const row = fitOf(
    Float32Array.of(1, 10),
    Float32Array.of(0, 10),
    { ...square, columns: 2 },
    Float32Array.of(0, 10, 2, 10),
  );
  assertAlmostEquals(row.snr, 0, 1e-6);
  const logits = fitOf(Float32Array.of(2, -200, 200), Float32Array.of(1, 0, 0.25), {
    outputs: "logits",
    columns: 1,
    entryLoss: binaryCrossEntropy().entryLoss,
  });
  assertAlmostEquals(logits.loss, (Math.log1p(Math.exp(-2)) + 150) / 3, 1e-5);
  assertAlmostEquals(logits.accuracy, 2 / 3, 1e-12);
});

Deno.test("the best constant is the mean, the median or what lies between, to a millionth of the range", () => {
  const targets = Float32Array.of(0, 1, 1, 2, 96);
  const loss = (objective: Objective) => bestConstantLoss(targets, 1, objective.entryLoss!);
  // The mean is 20, the median 1; with δ = 1 the best constant c balances c + 2 (c − 1) against (2 − c) + 1 within δ.
  assertAlmostEquals(loss(meanSquaredError()), (400 + 2 * 361 + 324 + 5776) / 5, 1e-6);
  assertAlmostEquals(loss(meanAbsoluteError()), 97 / 5, 1e-4);
  const at = 4 / 3;
  const exact = ((at - 0.5) + 2 * (at - 1) ** 2 / 2 + (2 - at) ** 2 / 2 + (96 - at - 0.5)) / 5;
  assertAlmostEquals(loss(huber({ delta: 1 })), exact, 1e-4);
  // Each column has a constant of its own: medians 1 and 100 leave absolute errors of 2 and 4 in 6 entries.
  const columns = Float32Array.of(0, 98, 1, 100, 2, 102);
  assertAlmostEquals(bestConstantLoss(columns, 2, meanAbsoluteError().entryLoss!), 1, 1e-4);
});

Deno.test("a run with absolute errors withstands outliers, and its quality is the gain over the median", () =>
  inFolder(async (folder) => {
    const path = join(folder, "outliers.csv");
    const line = (i: number) => `${i / 100},${i % 10 === 3 ? 50 : Math.sin(i / 50)}`;
    await Deno.writeTextFile(path, Array.from({ length: 300 }, (_, i) => line(i)).join("\n"));
    const tiny = [
      "--width",
      "16",
      "--layers",
      "1",
      "--activation",
      "sine",
      "--omega",
      "5",
      "--batch-size",
      "135",
      ...register,
    ];
    const error = async (...objective: string[]) => {
      const args = [path, ...tiny, "--learning-rate", "1e-2", "--epochs", "40", "--objective", ...objective];
      await quietly(
        folder,
        () => runTraining(fitTask, [...args, "--name", objective[0]], new AbortController().signal),
      );
      const files = join(folder, "runs", "fit", objective[0]);
      const { data } = readNpy(await Deno.readFile(join(files, "predictions.npy")));
      const errors = Array.from(data, (value, i) => Math.abs(value - Math.sin(i / 50))).filter((_, i) => i % 10 !== 3);
      const json = async (name: string) => JSON.parse(await Deno.readTextFile(join(files, name)));
      return {
        mean: errors.reduce((sum, each) => sum + each) / errors.length,
        config: await json("config.json"),
        summary: await json("summary.json"),
      };
    };
    const square = await error("mse");
    // A tenth of the targets is 50, so that the means are near 5.
    assert(square.mean > 3, `${square.mean}`);
    for (const objective of [["l1"], ["huber", "--delta", "0.005"]]) {
      const robust = await error(...objective);
      assert(robust.mean < 0.5, `${objective}: ${robust.mean}`);
      assert(Number.isFinite(robust.summary.gain) && Number.isFinite(robust.summary.trainGain));
    }
    assertEquals(square.summary.gain, undefined);
    assertEquals(square.config.objective, { name: "meanSquaredError" });
    const config = JSON.parse(await Deno.readTextFile(join(folder, "runs/fit/huber/config.json")));
    assertEquals(config.objective, { name: "huber", delta: 0.005 });
    const wrong = ["--objective", "l1", "--delta", "1"];
    const refused = await quietly(
      folder,
      () => runTraining(fitTask, [path, ...wrong], new AbortController().signal),
    ).catch((error) => error.message);
    assertEquals(
      refused,
      "--delta: the objective meanAbsoluteError has no such hyper-parameter; it belongs to huber.",
    );
  }));

Deno.test("a run on arrays writes predictions in the units of the targets, and is resumed with the same samples only", () =>
  inFolder(async (folder) => {
    const run = (...args: string[]) => quietly(folder, () => runTraining(fitTask, args, new AbortController().signal));
    const points = Float32Array.from({ length: 200 }, (_, i) => i / 50 + 10);
    const path = (name: string) => join(folder, name);
    await Deno.writeFile(path("x.npy"), encodeNpy(points, 1));
    await Deno.writeFile(path("y.npy"), encodeNpy(Float32Array.from([...points].flatMap((x) => [5 + x, -2 * x])), 2));
    const tiny = [
      "--width",
      "32",
      "--layers",
      "2",
      "--batch-size",
      "60",
      "--activation",
      "sine",
      "--epochs",
      "60",
      ...register,
    ];
    await run(path("x.npy"), path("y.npy"), ...tiny, "--learning-rate", "4e-3", "--name", "line");
    const files = join(folder, "runs", "fit", "line");
    const { shape, data } = readNpy(await Deno.readFile(join(files, "predictions.npy")));
    assertEquals(shape, [200, 2]);
    const summary = JSON.parse(await Deno.readTextFile(join(files, "summary.json")));
    assert(summary.snr > 15 && summary.trainSnr > 15, JSON.stringify(summary));
    // At an SNR of 15 dB the rms error is below a fifth of the targets' standard deviation.
    let [error, variance] = [0, 0];
    for (const [i, x] of points.entries()) {
      error += (data[2 * i] - 5 - x) ** 2;
      variance += (x - 12) ** 2;
    }
    assert(error < variance / 20, `${error} ${variance}`);
    const preview = await decodePicture(await Deno.readFile(join(files, "preview.png")));
    assertEquals([preview.width, preview.height], [3 * 256, 256]);
    assertStringIncludes(await Deno.readTextFile(join(files, "index.html")), "Field against the input");
    const config = JSON.parse(await Deno.readTextFile(join(files, "config.json")));
    assertEquals([config.samples.trained, config.samples.heldOut], [180, 20]);
    assertMatch(config.dataHash, /^[0-9a-f]{64}$/);
    // The number of rows and the ranges of columns stay as they are.
    await Deno.writeFile(path("x.npy"), encodeNpy(points.toReversed(), 1));
    const others = run("--resume", files, "--epochs", "70").catch((error) => error.message);
    assertStringIncludes(
      await others,
      `${path("x.npy")} and ${
        path("y.npy")
      }: expected the rows in the order that the run began with, found different ones.`,
    );
    await Deno.writeFile(path("x.npy"), encodeNpy(points.map((x) => 2 * x), 1));
    const refused = await run("--resume", files, "--epochs", "70").catch((error) => error.message);
    assertStringIncludes(refused, "expected the samples with which the run began, found others");
  }));

Deno.test("the default run learns its own data, and one that overfits says so and what to change", () =>
  inFolder(async (folder) => {
    const run = (...args: string[]) => quietly(folder, () => runTraining(fitTask, args, new AbortController().signal));
    const { values } = parseOptions([], fitTask.command);
    const quality = { figure: "snr", name: "SNR", label: "SNR (dB)", digits: 2, unit: " dB" };
    const line = overfittingNotice({ snr: 6.61, trainSnr: 85 }, quality, values);
    assertEquals(
      line,
      "The field overfits: its SNR is 6.61 dB on held-out samples and 85.00 dB on those of training. More samples may help, or " +
        "a smaller --omega, a smaller --width or fewer --epochs.",
    );
    assertEquals(overfittingNotice({ snr: 6.61, trainSnr: 16 }, quality, values), undefined);
    assertEquals(overfittingNotice({ snr: 31, trainSnr: 60 }, quality, values), undefined);
    assertEquals(overfittingNotice({ snr: 20 }, quality, values), undefined);
    // 100 epochs reach 40 dB.
    const short = await run("--epochs", "12", "--name", "short");
    assert(!short.includes("overfits"), short);
    const summary = JSON.parse(await Deno.readTextFile(join(folder, "runs/fit/short/summary.json")));
    assert(summary.snr > 20, `${summary.snr}`);
    const noise = Array.from({ length: 60 }, (_, i) => `${i},${Math.sin(i * i)}`).join("\n");
    await Deno.writeTextFile(join(folder, "noise.csv"), noise);
    const narrow = ["--activation", "gaussian", "--sigma", "0.02", "--width", "64", "--layers", "2"];
    const args = ["noise.csv", ...narrow, "--learning-rate", "3e-3", "--epochs", "150", "--name", "over"];
    const { code, stderr } = await outcome(startTask("fit", args, folder));
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "The field overfits: its SNR is");
    assertStringIncludes(stderr, "a larger --sigma");
    // A run that was begun with other defaults goes on with those.
    const path = join(folder, "runs/fit/over");
    const config = JSON.parse(await Deno.readTextFile(join(path, "config.json")));
    delete config.options.sigma;
    await Deno.writeTextFile(join(path, "config.json"), JSON.stringify(config));
    await run("--resume", path, "--epochs", "151");
    const resumed = JSON.parse(await Deno.readTextFile(join(path, "config.json")));
    assertEquals([resumed.activation.sigma, resumed.options.sigma, resumed.steps], [0.02, 0.02, 151]);
  }));

Deno.test("short tables, constant targets and a single row are trained on and scored", () =>
  inFolder(async (folder) => {
    const tiny = ["--width", "8", "--layers", "1", "--epochs", "2", "--batch-size", "4", ...register];
    const figures = async (name: string, rows: number, target: (i: number) => number, ...more: string[]) => {
      const path = join(folder, `${name}.csv`);
      await Deno.writeTextFile(path, Array.from({ length: rows }, (_, i) => `${i},${target(i)}\n`).join(""));
      const args = [path, ...tiny, ...more, "--name", name];
      await quietly(folder, () => runTraining(fitTask, args, new AbortController().signal));
      const read = async (file: string) => JSON.parse(await Deno.readTextFile(join(folder, "runs/fit", name, file)));
      const [summary, config] = [await read("summary.json"), await read("config.json")];
      assertEquals(summary.status, "finished");
      const known = ["snr", "psnr", "rmse"].filter((figure) => Number.isFinite(summary[figure]));
      return [config.samples.trained, config.samples.heldOut, ...known];
    };
    assertEquals(await figures("ten", 10, (i) => i * i), [9, 1, "snr"]);
    assertEquals(await figures("fourteen", 14, (i) => i * i), [13, 1, "snr"]);
    assertEquals(await figures("three", 3, (i) => i * i), [3, 0, "snr"]);
    assertEquals(await figures("constant", 30, () => 7), [27, 3, "psnr", "rmse"]);
    // The loss begins at about 5e5, which is no divergence of a field of such targets.
    assertEquals(await figures("large", 10, (i) => 700 + i, "--no-normalise"), [9, 1, "snr"]);
    assertEquals(await figures("one", 1, () => 7), [1, 0, "psnr", "rmse"]);
  }));

Deno.test("integers of NumPy are read as numbers", () =>
  inFolder(async (folder) => {
    const path = join(folder, "whole.npy");
    const header = "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 2), }\n";
    const start = Uint8Array.of(0x93, ...bytes("NUMPY"), 1, 0, header.length, 0, ...bytes(header));
    const values = new Uint8Array(BigInt64Array.of(-3n, 2n ** 24n + 1n, 0n, 7n).buffer);
    await Deno.writeFile(path, Uint8Array.of(...start, ...values));
    const { values: options } = parseOptions([path], fitTask.command);
    const { inputs, targets } = await loadSamples(options);
    assertEquals([[...inputs.data], [...targets.data]], [[-3, 0], [2 ** 24 + 1, 7]]);
  }));

Deno.test("samples that do not fit together are refused in one sentence", () =>
  inFolder(async (folder) => {
    const path = (name: string) => join(folder, name);
    await Deno.writeTextFile(path("a.csv"), "1,2\n3,4\n");
    await Deno.writeTextFile(path("b.csv"), "1\n2\n3\n");
    await Deno.writeFile(path("nan.npy"), encodeNpy(Float32Array.of(1, 2, NaN, 4), 2));
    const message = (...args: string[]) =>
      quietly(folder, () => runTraining(fitTask, args, new AbortController().signal)).then(
        () => undefined,
        (error) => (error as Error).message.replaceAll(`${folder}/`, ""),
      );
    assertEquals(
      await message(path("a.csv"), path("b.csv")),
      "b.csv: expected 2 rows, one for each row of a.csv, found 3.",
    );
    assertEquals(
      await message(path("a.csv"), "--target-columns", "2"),
      "a.csv: expected columns of inputs in front of 2 of targets, found 2 in all.",
    );
    assertEquals(await message(path("nan.npy")), "nan.npy, row 1, column 0: expected a finite number, found NaN.");
    await Deno.writeFile(path("nan.npy"), encodeNpy(Float32Array.of(1, Infinity, NaN, 4), 2));
    assertEquals(
      await message(path("nan.npy")),
      "nan.npy, row 0, column 1: expected a finite number, found Infinity (2 of 4 numbers are not finite).",
    );
    await Deno.writeFile(path("large.npy"), encodeNpy(Float32Array.of(1, 2, 3, -2e25), 2));
    assertEquals(
      await message(path("large.npy"), "--no-normalise"),
      "large.npy, sample 1, target 0: expected a number up to 1000000000000000, because losses of larger ones exceed 32-bit numbers, " +
        "found -2.00e+25; leave --no-normalise away.",
    );
    assertEquals(
      await message(path("a.csv"), "--objective", "binaryCrossEntropy"),
      "a.csv, sample 0, target 0: expected a probability from 0 to 1 for binaryCrossEntropy, found 2.",
    );
  }));
