import { assertEquals, assertRejects } from "@std/assert";
import { basename, join } from "@std/path";
import { optimizerKinds } from "../../lib/optim/registry.ts";
import { audioTask } from "../../tasks/audio/task.ts";
import { fitTask } from "../../tasks/fit/task.ts";
import { imageTask } from "../../tasks/image/task.ts";
import { nerfTask } from "../../tasks/nerf/task.ts";
import { occupancyTask } from "../../tasks/occupancy/task.ts";
import { withFileOptions } from "../../tasks/shell/option_error.ts";
import { UserError } from "../../tasks/shell/user_error.ts";
import { checkSettings } from "../../tasks/training/check_settings.ts";
import { SETTINGS_OF } from "../../tasks/training/hyperparameters.ts";
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

Deno.test("a hyper-parameter from a file that its owner refuses is named by file and key, and a typed one as it is typed", () =>
  inFolder(async (folder) => {
    const refusal = async (json: object, ...args: string[]) => {
      const path = join(folder, "options.json");
      await Deno.writeTextFile(path, JSON.stringify(json));
      const run = async () => {
        const { asked, file } = await readRunRequest(imageTask, [...args, "--config", path], false);
        withFileOptions(file, () => checkSettings(imageTask, asked));
      };
      return (await assertRejects(run, UserError)).message.replace(path, "FILE");
    };
    const shampoo = { optimizer: "shampoo", epsilon: 1 };
    const message = "of shampoo: expected a number > 0 and < 1, found 1.";
    assertEquals(await refusal({ epsilon: 0 }), "FILE, epsilon: expected a number above 0, found 0.");
    assertEquals(await refusal(shampoo), `FILE, epsilon ${message}`);
    assertEquals(await refusal({ options: shampoo }), `FILE, options.epsilon ${message}`);
    assertEquals(await refusal({ optimizer: "shampoo" }, "--epsilon", "1"), `--epsilon ${message}`);
    assertEquals(
      await refusal({ optimizer: "soap", updateEvery: 5, startEvery: 6 }),
      "FILE, startEvery of soap: expected at most updateEvery (5), found 6.",
    );
  }));

/** A run's configuration of this optimizer, all hyper-parameters of which were given, with a schedule and a field of its own. */
function configOf(kind: typeof optimizerKinds[number]) {
  const { name, options } = kind.make({} as never);
  return {
    task: "image",
    options: {
      ...options,
      ...{ activation: "gaussian", encoding: "none", sigma: 0.07, objective: "huber", delta: 0.3 },
      ...{
        optimizer: name,
        clipNorm: 2,
        schedule: "exponential",
        finalFactor: 0.3,
        batchSize: 64,
        image: "/a.png",
        seed: 3,
      },
    },
    activation: { name: "gaussian", sigma: 0.07 },
    encoding: { name: "none" },
    objective: { name: "huber", delta: 0.3 },
    optimizer: { name, ...options },
    schedule: { name: "exponential", steps: 10, final: 0.3 },
  };
}

Deno.test("another optimizer takes no setting of the file's, whichever the two are; the same one takes all", () =>
  inFolder(async (folder) => {
    const settings = SETTINGS_OF.optimizer;
    for (const kind of optimizerKinds) {
      const config = configOf(kind);
      const of = async (...args: string[]) => {
        const values = await asked(folder, config, ...args);
        const { optimizer, clipNorm, schedule, sigma, batchSize } = values;
        assertEquals([clipNorm, schedule, sigma, batchSize], [2, "exponential", 0.07, 64]);
        const given = settings.filter((name) => values[name] !== undefined);
        return { optimizer, given: Object.fromEntries(given.map((name) => [name, values[name]])) };
      };
      const { name, ...own } = config.optimizer;
      assertEquals(await of(), { optimizer: name, given: own });
      assertEquals(await of("--optimizer", name), { optimizer: name, given: own });
      for (const other of optimizerKinds) {
        if (other === kind) continue;
        assertEquals(await of("--optimizer", other.name), { optimizer: other.name, given: {} });
      }
      const typed = kind.name === "sgd" ? "adam" : "sgd";
      const { given } = await of("--optimizer", typed, "--weight-decay", "0.5", "--learning-rate", "3");
      assertEquals(given, { learningRate: 3, weightDecay: 0.5 });
    }
  }));

Deno.test("--optimizer auto chooses all that it chooses without a file, and what is typed wins", () =>
  inFolder(async (folder) => {
    const names = ["optimizer", "schedule", "finalFactor", ...SETTINGS_OF.optimizer];
    const tasks = [imageTask, occupancyTask, nerfTask, audioTask, fitTask];
    for (const task of tasks) {
      const chosen = async (json: object, ...args: string[]) => {
        const path = join(folder, "options.json");
        await Deno.writeTextFile(path, JSON.stringify(json));
        const { asked } = await readRunRequest(task as typeof imageTask, [...args, "--config", path], false);
        return Object.fromEntries(names.map((name) => [name, (asked as Record<string, unknown>)[name]]));
      };
      for (const kind of optimizerKinds) {
        const { options: { image: _, objective: _o, delta: _d, ...options }, ...records } = configOf(kind);
        const config = { ...records, task: task.name, options, objective: undefined };
        const field = { activation: "gaussian", encoding: "none" };
        assertEquals(await chosen(config, "--optimizer", "auto"), await chosen(field, "--optimizer", "auto"));
        const typed = ["--optimizer", "auto", "--schedule", "exponential", "--lr", "0.5"];
        assertEquals(await chosen(config, ...typed), { ...await chosen(field, ...typed), finalFactor: 0.3 });
      }
    }
  }));

Deno.test("settings go with what they were chosen with, also those of fields, objectives, schedules and presets", () =>
  inFolder(async (folder) => {
    const config = configOf(optimizerKinds.find(({ name }) => name === "soap")!);
    const of = async (...args: string[]) => {
      const { sigma, omega, octaves, encoding, delta, finalFactor, learningRate, image } = await asked(
        folder,
        config,
        ...args,
      );
      return { sigma, omega, octaves, encoding, delta, finalFactor, learningRate, image };
    };
    const all = await of();
    const others = { omega: undefined, octaves: undefined, encoding: "none", image: "/a.png" };
    assertEquals(all, { sigma: 0.07, delta: 0.3, finalFactor: 0.3, learningRate: all.learningRate, ...others });
    assertEquals(await of("--activation", "sine"), { ...all, sigma: undefined });
    assertEquals(await of("--activation", "relu-pe"), { ...all, sigma: undefined, encoding: "positional" });
    assertEquals(await of("--objective", "meanSquaredError"), { ...all, delta: undefined });
    // Both have a final factor, with different defaults.
    assertEquals(await of("--schedule", "cosine"), { ...all, finalFactor: undefined });
    assertEquals(await of("--preset", "paper"), { ...all, learningRate: undefined });
    const path = join(folder, "options.json");
    const nerf = {
      preset: "small",
      layers: 6,
      width: 128,
      samples: 48,
      rays: 512,
      densityScale: 4,
      schedule: "cosine",
    };
    await Deno.writeTextFile(path, JSON.stringify({ options: { ...nerf, hold: "last10%" } }));
    const read = async (...args: string[]) => {
      const { asked } = await readRunRequest(nerfTask, ["--config", path, ...args], false);
      const { preset, layers, width, samples, rays, densityScale, schedule, hold } = asked;
      return { preset, layers, width, samples, rays, densityScale, schedule, hold };
    };
    assertEquals(await read(), { ...nerf, hold: "last10%" } as never);
    assertEquals((await read("--preset", "small")).layers, 6);
    const tiny = await read("--preset", "tiny", "--optimizer", "adam", "--width", "9");
    const chosen = { layers: undefined, samples: undefined, rays: undefined, densityScale: undefined };
    assertEquals(tiny, { ...chosen, preset: "tiny", width: 9, schedule: undefined, hold: "last10%" } as never);
    const pair = { options: { inputs: "x.npy", targets: "y.npy" } };
    await Deno.writeTextFile(path, JSON.stringify(pair));
    const fit = async (...args: string[]) => (await readRunRequest(fitTask, ["--config", path, ...args], false)).asked;
    assertEquals([(await fit()).inputs, (await fit()).targets].map((file) => basename(file!)), ["x.npy", "y.npy"]);
    // Targets do not belong to the inputs of another file.
    const other = await fit("other.csv");
    assertEquals([basename(other.inputs!), other.targets], ["other.csv", undefined]);
  }));

Deno.test("what is left out of a file and what is kept is said in one line", () =>
  inFolder(async (folder) => {
    const config = configOf(optimizerKinds.find(({ name }) => name === "adam")!);
    const said = (...args: string[]) => quietly(folder, async () => void await asked(folder, config, ...args));
    const path = join(folder, "options.json");
    assertEquals(await said("--width", "8"), "");
    assertEquals(
      await said("--optimizer", "sgd"),
      `warning: ${path}: left out, because the command line chooses something else: ` +
        "learningRate, betas, epsilon, weightDecay; kept beside another choice on the command line: " +
        "clipNorm, schedule, finalFactor.",
    );
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

Deno.test("a damaged entry about the data in a run's configuration is refused by each task", () =>
  inFolder(async (folder) => {
    const path = join(folder, "config.json");
    const scene = { train: 9, test: 3, width: 8, height: 6, near: 2, far: 6, cameras: "blender", pictures: "1f" };
    const entries = [
      [imageTask, "image", { width: 16, height: 12, channels: 3 }],
      [occupancyTask, "mesh", { vertices: 8, faces: 12 }],
      [nerfTask, "scene", scene],
      [audioTask, "sound", { rate: 8000, channels: 2, frames: 100 }],
      [fitTask, "samples", { trained: 90, heldOut: 10, inputs: { columns: 2 }, targets: { columns: 1 } }],
    ] as const;
    for (const [task, name, about] of entries) {
      const read = async (entry: object) => {
        await Deno.writeTextFile(path, JSON.stringify({ options: {}, [name]: entry }));
        await readRunRequest(task as typeof imageTask, ["--config", path], false);
      };
      await read(about);
      for (const member of Object.keys(about)) {
        const message = `${path}, ${name}.${member}: expected `;
        await assertRejects(() => read({ ...about, [member]: null }), UserError, message);
      }
    }
  }));

Deno.test("a file that --config cannot use is refused in one sentence", () =>
  inFolder(async (folder) => {
    const refused = (json: unknown, message: string, ...args: string[]) =>
      assertRejects(() => asked(folder, json, ...args), UserError, message);
    await refused(
      configOf(optimizerKinds[0]),
      "--resume may be given only with",
      "--optimizer",
      "adam",
      "--resume",
      folder,
    );
    await refused({ widht: 8 }, 'expected options of deno task image, found "widht"; did you mean width?');
    await refused({ width: "wide" }, "options.json, width: expected an integer from 1 to 4096, found");
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
