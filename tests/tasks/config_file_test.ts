import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { imageTask } from "../../tasks/image/task.ts";
import { UserError } from "../../tasks/shell/user_error.ts";
import { readRunRequest } from "../../tasks/training/run_request.ts";
import { runTraining } from "../../tasks/training/run_training.ts";
import { smoothPng } from "../support/image_task.ts";
import { quietly } from "../support/quietly.ts";
import { inFolder } from "../support/temporary_folder.ts";

/** The options that a command line with `--config` leads to. */
async function asked(folder: string, json: unknown, ...args: string[]) {
  const path = join(folder, "options.json");
  await Deno.writeTextFile(path, typeof json === "string" ? json : JSON.stringify(json));
  const request = await readRunRequest(imageTask, [...args, "--config", path], false);
  return request.asked as unknown as Record<string, unknown>;
}

Deno.test("--config gives options by either spelling, and the command line wins", () =>
  inFolder(async (folder) => {
    const file = {
      "batch-size": 64,
      learningRate: 0.25,
      optimizer: "soap",
      updateEvery: 5,
      schedule: "cosine",
      epochs: 3,
    };
    const values = await asked(folder, file, "--lr", "0.5", "--width", "32");
    const { batchSize, learningRate, optimizer, updateEvery, schedule, epochs, width, config } = values;
    assertEquals(
      { batchSize, learningRate, optimizer, updateEvery, schedule, epochs, width, config },
      {
        ...{ batchSize: 64, learningRate: 0.5, optimizer: "soap", updateEvery: 5, schedule: "cosine", epochs: 3 },
        width: 32,
        config: undefined,
      },
    );
    assertEquals((await asked(folder, { lr: 1e-3 })).learningRate, 1e-3);
    const other = await asked(folder, file, "--optimizer", "ADAM");
    assertEquals([other.optimizer, other.updateEvery, other.learningRate], ["adam", undefined, undefined]);
    // The learning rate stays with its optimizer, however either is spelled.
    const spelled = { ...file, optimizer: "SOAP", activation: "Gaussian" };
    for (const args of [[], ["--optimizer", "soap"], ["--optimizer", "Soap"]]) {
      const { optimizer, activation, learningRate } = await asked(folder, spelled, ...args);
      assertEquals([optimizer, activation, learningRate], ["soap", "gaussian", 0.25]);
    }
    assertEquals((await asked(folder, spelled, "--optimizer", "adam")).learningRate, undefined);
  }));

Deno.test("the configuration of a run makes the same run again", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 16));
    const run = async (name: string, ...args: string[]) => {
      await quietly(folder, () => runTraining(imageTask, [...args, "--name", name], new AbortController().signal));
      const path = join(folder, "runs", "image", name);
      return [await Deno.readTextFile(join(path, "config.json")), await Deno.readTextFile(join(path, "summary.json"))]
        .map((text) => JSON.parse(text));
    };
    const tiny = [
      "--size",
      "0",
      "--width",
      "8",
      "--layers",
      "1",
      "--batch-size",
      "64",
      "--kernels",
      "register",
      "--epochs",
      "2",
    ];
    const [config, summary] = await run("one", join(folder, "picture.png"), ...tiny, "--optimizer", "auto");
    const [again, same] = await run("two", "--config", join(folder, "runs", "image", "one", "config.json"));
    assertEquals({ ...again, options: { ...again.options, name: "one" } }, config);
    assertEquals(same.psnr, summary.psnr);
  }));

Deno.test("a file that --config cannot use is refused in one sentence", () =>
  inFolder(async (folder) => {
    const refused = (json: unknown, message: string, ...args: string[]) =>
      assertRejects(() => asked(folder, json, ...args), UserError, message);
    await refused({ widht: 8 }, 'expected options of deno task image, found "widht"; did you mean width?');
    await refused({ width: "wide" }, "--width: expected an integer from 1 to 4096, found");
    await refused("[1]", "expected an object with options, found");
    await refused("{", "expected JSON, found something else");
    await refused('{"width": 8, "layers": 1, "width": 16}', "options.json: expected width once, found it twice.");
    await refused({ "batch-size": 8, batchSize: 16 }, 'expected batchSize once, found it twice, also as "batchSize".');
    await refused(
      { lr: 1, "learning-rate": 2 },
      'expected learningRate once, found it twice, also as "learning-rate".',
    );
    await refused(
      { task: "image", options: {}, grid: { width: [8] } },
      "options.json: expected the options of one run, found the grid of a sweep, which deno task sweep reads.",
    );
    await refused({ task: "nerf", options: {} }, 'expected the configuration of a run of image, found one of "nerf".');
    await refused(
      {},
      "--resume may be given only with --epochs, --minutes, --deadline, --conclude, --adapter, --software, --on-divergence and --on-write-error, but --config was given.",
      "--resume",
      folder,
    );
  }));
