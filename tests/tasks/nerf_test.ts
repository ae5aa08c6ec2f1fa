import { assert, assertEquals, assertGreater, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { decodeMesh } from "../../mod.ts";
import { render } from "../../fixtures/scene/make.ts";
import { RunFolder } from "../../tasks/run/run_folder.ts";
import { command } from "../../tasks/nerf/command.ts";
import { nerfTask } from "../../tasks/nerf/task.ts";
import { parseOptions } from "../../tasks/shell/options.ts";
import { withBestOptimizer } from "../../tasks/training/auto_optimizer.ts";
import { checkFieldOptions } from "../../tasks/training/hyperparameters.ts";
import { chosenOptimizer } from "../../tasks/training/optimizer.ts";
import { fastClock } from "../support/clock.ts";
import { fieldOptions } from "../support/field_options.ts";
import { type Outcome, outcome, startTask } from "../support/process.ts";
import { llffFiles, llffRow, npy } from "../support/scenes.ts";
import { taskHere } from "../support/task_here.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";
import { newestCheckpoint, stopEarly } from "../support/training_task.ts";

const scene = new URL("../../fixtures/scene/", import.meta.url);

// 24 views of 8 × 8 pixels: 2 steps an epoch, the last of 512 rays.
const size = "--layers 1 --width 8 --samples 4 --rays 1024 --size 8 --kernels register".split(" ");
const tiny = [...size, "--optimizer", "adam"];

const nerf = (folder: string, line: string, ...args: string[]) =>
  taskHere("nerf", [...line.split(" "), ...args], folder);

/** The same in a process of its own, with the permissions of the task. */
const nerfProcess = (folder: string, line: string, ...args: string[]) =>
  outcome(startTask("nerf", [...line.split(" "), ...args], folder));

async function ends(call: Promise<Outcome>): Promise<Outcome> {
  const result = await call;
  assertEquals(result.code, 0, result.stderr);
  return result;
}

const succeeds = (...call: Parameters<typeof nerf>) => ends(nerf(...call));

const readJson = async (folder: string, name: string) => JSON.parse(await Deno.readTextFile(join(folder, name)));
const runPath = (folder: string, name: string) => join(folder, "runs", "nerf", name);

/** The newest checkpoint of a run. */
const newest = (folder: string, name: string) => newestCheckpoint(runPath(folder, name));

/** The settings of a command line, as an adapter makes them. */
function settled(line: string, software = true) {
  const { values, given } = parseOptions(line.split(" ").filter(Boolean), command);
  const settings = nerfTask.settle(withBestOptimizer("nerf", values, given), { software });
  const field = nerfTask.field(settings, 4);
  checkFieldOptions(settings);
  return {
    settings,
    field: fieldOptions(field),
    optimizer: chosenOptimizer(settings, nerfTask.optimizerDefaults(settings)),
  };
}

Deno.test("presets follow the adapter and the scene, and give way to what is given", () => {
  const shape = (line: string, software?: boolean) => {
    const { preset, layers, width, samples, batchSize, schedule, size } = settled(line, software).settings;
    return [preset, layers, width, samples, batchSize, schedule, size];
  };
  assertEquals(shape(""), ["tiny", 4, 64, 24, 256, "cosine", 126]);
  assertEquals(shape("fern"), ["small", 6, 128, 48, 512, "cosine", 126]);
  assertEquals(shape("", false), ["paper", 8, 256, 128, 2048, "cosine", 0]);
  assertEquals(shape("--preset paper"), ["paper", 8, 256, 128, 2048, "exponential", 126]);
  assertEquals(shape("--preset small --width 9 --rays 3 --size 7 --schedule step"), [
    "small",
    6,
    9,
    48,
    3,
    "stepDecay",
    7,
  ]);
  const { settings } = settled("--rays 3");
  assertEquals(nerfTask.settle(settings, { software: false }), settings);
});

Deno.test("hyper-parameters default by preset, can be given, and are refused where the choice has none", () => {
  assertEquals(settled("").field, { sigma: 0.1 });
  assertEquals(settled("--sigma 0.2").field, { sigma: 0.2 });
  assertEquals(settled("--activation relu-pe").field, { octaves: 10 });
  assertEquals(settled("--activation relu-pe --octaves 6").field, { octaves: 6 });
  assertEquals(settled("--activation wavelet --omega 5").field, { omega: 5, scale: 10 });
  assertEquals([settled("").optimizer.name, settled("").optimizer.learningRate], ["soap", 2e-3]);
  assertEquals(settled("--optimizer adam").optimizer.learningRate, 3e-3);
  assertEquals(settled("--preset small --optimizer adam").optimizer.learningRate, 1e-3);
  assertEquals(settled("--preset paper --optimizer adam").optimizer.learningRate, 1e-4);
  const { name, learningRate, options } = settled("--preset paper").optimizer;
  assertEquals([name, learningRate, options.initialProbes, options.biasCorrection], ["esgd", 1, 1, "steps"]);
  const { optimizer, settings } = settled("--activation relu-pe");
  assertEquals([optimizer.name, optimizer.learningRate, settings.schedule], ["soap", 3e-3, "cosine"]);
  assertEquals(settled("--activation relu-pe --optimizer esgd").optimizer.learningRate, 0.1);
  assertEquals(settled("--optimizer kfac --learning-rate 0.1 --clip-norm 2").optimizer.learningRate, 0.1);
  assertThrows(
    () => settled("--omega 3"),
    Error,
    "--omega: the activation gaussian has no such hyper-parameter; it belongs to ",
  );
  assertThrows(() => settled("--initial-probes 3"), Error, "--initial-probes: the optimizer soap has no such");
});

Deno.test("a run leaves test views, depth, a path, metrics and a summary; resuming and the same seed change no bit", () =>
  inFolder(async (folder) => {
    const settings = ["--optimizer", "esgd", "--fine-samples", "3", "--seed", "5", ...size];
    const line = "--epochs 3 --name whole --path orbit --frames 2 --evaluate-every 1 --snapshot-every 2";
    const whole = await ends(nerfProcess(folder, line, ...settings));
    assertMatch(whole.stderr, /^epoch .*step \d+ .*loss .*test PSNR .*ETA .*steps\/s$/m);
    assertMatch(whole.stdout, /^test PSNR \d+\.\d\d dB after 6 steps; the run is in .*whole\n$/);
    const run = runPath(folder, "whole");
    assertEquals(
      namesIn(run),
      ".frames.lock .lock checkpoints config.json convergence.svg index.html metrics.jsonl orbit orbit.png preview.png scene.json snapshots summary.json test"
        .split(" "),
    );
    assertEquals(namesIn(join(run, "test")).slice(0, 3), ["000.png", "000_comparison.png", "000_depth.png"]);
    assertEquals(namesIn(join(run, "test")).length, 12);
    assertEquals(namesIn(join(run, "snapshots")), ["step-00000002.png", "step-00000006.png"]);
    const { views, testPsnr, testSsim, testGradientEnergy, testSilhouettePsnr, steps, hvps } = await readJson(
      run,
      "summary.json",
    );
    assertEquals([views.length, views[3].name, steps], [4, "test/03", 6]);
    const mean = (name: string) => views.reduce((sum: number, view: Record<string, number>) => sum + view[name] / 4, 0);
    assertEquals([testPsnr.toFixed(6), testSsim.toFixed(6)], [mean("psnr").toFixed(6), mean("ssim").toFixed(6)]);
    assertEquals(testSilhouettePsnr.toFixed(6), mean("silhouettePsnr").toFixed(6));
    // Shrunk to 8 × 8 pixels, single colours explain more than the 13.1 dB of the views as they are.
    assert(testSilhouettePsnr > 13.1 && testSilhouettePsnr < 18, String(testSilhouettePsnr));
    // A few steps make nothing but a blur.
    assert(testGradientEnergy >= 0 && testGradientEnergy < 0.5, String(testGradientEnergy));
    assertGreater(hvps, 6);
    // Views of so few pixels are looked at whole.
    const metrics = await new RunFolder(run).readMetrics();
    assertEquals(metrics.map(({ step }) => step), [2, 4, 6]);
    assertEquals(Number(metrics[2].testPsnr).toFixed(4), testPsnr.toFixed(4));
    const config = await readJson(run, "config.json");
    assertEquals([config.steps, config.options.batchSize, config.options.preset], [6, 1024, "tiny"]);
    assertEquals([config.scene.train, config.scene.test, config.scene.width], [24, 4, 8]);

    // In this process, unlike the whole run, which a process of its own made with the same seed.
    await succeeds(folder, "--epochs 1 --schedule-epochs 3 --name part", ...settings);
    await succeeds(folder, "--epochs 3 --resume", runPath(folder, "part"));
    assertEquals(await newest(folder, "part"), await newest(folder, "whole"));

    const line2 = "render runs/nerf/part --path orbit --frames 2 --width 20 --depth";
    assertMatch(
      (await ends(nerfProcess(folder, line2))).stdout,
      /^2 of 2 frames of the field at step 6 were rendered to .*orbit\nTo make an MP4 of them: ffmpeg .*orbit\/%03d\.png .*orbit\.mp4\n$/,
    );
    assertEquals(namesIn(join(runPath(folder, "part"), "orbit")), [
      "000.png",
      "000_depth.png",
      "001.png",
      "001_depth.png",
    ]);
    const meshLine = "mesh runs/nerf/part --threshold 0.001 --resolution 8 --components 1";
    assertMatch(
      (await succeeds(folder, meshLine)).stdout,
      /^The surface of the field at step 6, at a density of 0\.001, has 1 part: \d+ faces are in .*mesh\.ply\n$/,
    );
    const mesh = await decodeMesh(await Deno.readFile(join(runPath(folder, "part"), "mesh.ply")), "mesh.ply");
    assertGreater(mesh.indices.length, 300);
    const none = await nerf(folder, "mesh runs/nerf/part --threshold 1e9 --resolution 8");
    assertMatch(none.stderr, /^error: .*part: .* there is no surface at a density of 1000000000; .*--threshold\.\n$/m);
    assertEquals(none.code, 1);
    assertMatch(
      (await succeeds(folder, "points runs/nerf/part --points 300")).stdout,
      /^\d+ of 300 pixels of the field at step 6 gave a point each: they are in .*points\.ply\n$/,
    );
  }));

Deno.test("--minutes fixes the number of steps before the run; --dry-run tells them and leaves nothing", () =>
  inFolder(async (folder) => {
    using _ = fastClock(16);
    const dry = await succeeds(folder, "--dry-run --epochs 3", ...tiny);
    assertStringIncludes(dry.stdout, "Steps       6, 2 per epoch");
    assertEquals(namesIn(folder), []);
    const { stderr } = await succeeds(folder, "--minutes 0.04 --name timed", ...tiny);
    const path = runPath(folder, "timed");
    const { steps, scheduleSteps, options } = await readJson(path, "config.json");
    assertEquals([scheduleSteps, options.epochs], [steps, undefined]);
    assertEquals((await readJson(path, "summary.json")).steps, steps);
    assertStringIncludes(stderr, `The run will end at step ${steps}, after ${(steps / 2).toFixed(1)} epochs.`);
  }));

Deno.test({
  name: "Ctrl-C leaves a checkpoint that resumes as if nothing had happened",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const options = [...tiny, "--schedule", "constant"];
      const { run, step } = await stopEarly("nerf", options, folder);
      assertEquals((await readJson(run, "summary.json")).testViewsRendered, 0);
      const epochs = String(Math.ceil(step / 2) + 1);
      await succeeds(folder, "--resume", run, "--epochs", epochs);
      await succeeds(folder, "--name whole --epochs", epochs, ...options);
      assertEquals(await newest(folder, "stopped"), await newest(folder, "whole"));
    }),
});

Deno.test("a run is resumed only as it was and on the scene that it began with", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "scene"));
    const copy = async (name: string) => {
      const source = new URL(name, scene);
      if ((await Deno.stat(source)).isFile) return await Deno.copyFile(source, join(folder, "scene", name));
      await Deno.mkdir(join(folder, "scene", name));
      for await (const entry of Deno.readDir(source)) await copy(`${name}/${entry.name}`);
    };
    for (const name of ["train", "test", "transforms_train.json", "transforms_test.json"]) await copy(name);
    await succeeds(folder, "scene --epochs 1 --schedule-epochs 2 --name mine", ...tiny);
    const refused = async (sentence: RegExp, ...args: string[]) => {
      const { code, stdout, stderr } = await nerf(folder, "--resume runs/nerf/mine", ...args);
      assertEquals([code, stdout], [1, ""]);
      assertMatch(stderr, sentence);
    };
    await refused(/^error: --resume may be given only with .*, but --samples was given\.\n$/, "--samples", "6");
    await refused(/^error: --resume may be given only with .*, but the argument scene was given\.\n$/, "scene");
    const path = join(folder, "scene", "transforms_train.json");
    const original = await Deno.readTextFile(path);
    const json = JSON.parse(original);
    await Deno.writeTextFile(path, JSON.stringify({ ...json, frames: json.frames.slice(1) }));
    await refused(/scene: expected 24 \+ 4 views .*, as when the run began, found 23 \+ 4 .*\.\n$/, "--epochs", "2");
    json.frames[0].transform_matrix[0][3] += 0.5;
    await Deno.writeTextFile(path, JSON.stringify(json));
    await refused(/scene: expected the cameras that the run began with, found different ones\.\n$/, "--epochs", "2");
    await Deno.writeTextFile(path, original);
    const [first, second] = ["00", "01"].map((name) => join(folder, "scene", "train", `${name}.png`));
    const kept = join(folder, "kept.png");
    await Deno.copyFile(first, kept);
    await Deno.copyFile(second, first);
    await refused(
      /scene: expected the training photographs that the run began with, found different ones\.\n$/,
      "--epochs",
      "2",
    );
    await Deno.copyFile(kept, first);
    const [test, keptTest] = [join(folder, "scene", "test", "00.png"), join(folder, "kept_test.png")];
    await Deno.copyFile(test, keptTest);
    await Deno.copyFile(join(folder, "scene", "test", "01.png"), test);
    await refused(
      /scene: expected the test photographs that the run began with, found different ones\.\n$/,
      "--epochs",
      "2",
    );
    await Deno.copyFile(keptTest, test);
    const file = join(runPath(folder, "mine"), "config.json");
    const began = await readJson(runPath(folder, "mine"), "config.json");
    await Deno.writeTextFile(file, JSON.stringify({ ...began, scene: { ...began.scene, near: 1 } }));
    await refused(/scene: expected bounds 1 and 6, as when the run began, found 2 and 6\.\n$/, "--epochs", "2");
    await Deno.writeTextFile(file, JSON.stringify(began));
    await succeeds(folder, "--resume runs/nerf/mine --epochs 2");
  }));

Deno.test("a scene that looks forward is rendered along a spiral, and frames of a longer path go", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "scene", "images_4"), { recursive: true });
    for (const [name, bytes] of Object.entries(llffFiles(4))) await Deno.writeFile(join(folder, "scene", name), bytes);
    await succeeds(folder, "scene --epochs 1 --name run --test-views 9", ...tiny);
    const run = runPath(folder, "run");
    const { testViews, testViewsRendered } = await readJson(run, "summary.json");
    assertEquals([testViews, testViewsRendered], [1, 1]);
    await succeeds(folder, "render runs/nerf/run --frames 3 --depth");
    const animation = await Deno.readFile(join(run, "spiral.png"));
    await succeeds(folder, "render runs/nerf/run --frames 2");
    assertEquals(namesIn(join(run, "spiral")), ["000.png", "001.png"]);
    assert((await Deno.readFile(join(run, "spiral.png"))).length < animation.length);

    const path = join(folder, "scene", "poses_bounds.npy");
    // All but the held-out first one in one place.
    await Deno.writeFile(path, npy([0, 1, 1, 1].flatMap(llffRow), "(4, 17)"));
    const refused = await nerf(folder, "scene --path orbit --name none", ...tiny);
    assertEquals([refused.code, namesIn(join(folder, "runs/nerf"))], [1, ["run"]]);
    assertMatch(
      refused.stderr,
      /^error: cameraPath: expected cameras around an object for an orbit, but all cameras are in one place\.\n$/m,
    );

    const record = await readJson(run, "scene.json");
    const { bounds, space } = record;
    const broken: [object, RegExp][] = [
      [{}, /scene\.json, bounds: expected an object, found none\.\n$/],
      [
        { ...record, bounds: { ...bounds, near: null } },
        /scene\.json, bounds\.near: expected a number, found null\.\n$/,
      ],
      [{ ...record, space: { ...space, motion: [1] } }, /space\.motion: expected a list of 12, found a list of 1\.\n$/],
      [
        { ...record, bounds: { ...bounds, cameras: [{ ...bounds.cameras[0], pose: 3 }] } },
        /scene\.json, bounds\.cameras\[0\]\.pose: expected a list of 12, found 3\.\n$/,
      ],
      [{ ...record, bounds: { ...bounds, near: 99 } }, /expected distances 0 < near < far, found 99 and 8\.\n$/],
      [
        { ...record, bounds: { ...bounds, cameras: [{ ...bounds.cameras[0], width: 1e6, height: 1e6 }] } },
        /scene\.json, camera 0: expected at most 268435456 pixels, found 1000000000000\.\n$/,
      ],
      [
        { ...record, bounds: { ...bounds, cameras: [{ ...bounds.cameras[0], focal: [1e-300, 1] }] } },
        /cameras\[0\]\.focal\[0\]: expected a number from 0\.000001 to 1000000000, found 1e-300\.\n$/,
      ],
      [
        { ...record, space: { ...space, motion: Array(12).fill(0) } },
        /space\.motion: expected a rotation with a shift/,
      ],
      [
        { ...record, space: { ...space, scale: 1e308 } },
        /space\.scale: expected a number from 1e-15 to 1000000000000000, found 1e\+308\.\n$/,
      ],
    ];
    for (const [found, sentence] of broken) {
      await Deno.writeTextFile(join(run, "scene.json"), JSON.stringify(found));
      const { code, stderr } = await nerf(folder, "render runs/nerf/run --frames 1");
      assertEquals(code, 1);
      assertMatch(stderr, sentence);
    }
  }));

Deno.test({
  name: "the own scene is found where the path of the project has a space",
  // Links take rights there.
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const project = join(folder, "a project");
      await Deno.symlink(fromFileUrl(new URL("../../", import.meta.url)), project);
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", join(project, "tasks", "nerf.ts"), "--show-cameras"],
        env: { INIT_CWD: folder, NO_COLOR: "1" },
      }).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
    }),
});

Deno.test("cameras are drawn without training, and what cannot be used ends in one line", () =>
  inFolder(async (folder) => {
    const shown = await succeeds(folder, "--show-cameras --size 8 --name cameras");
    assertMatch(shown.stdout, /^28 cameras are drawn in cameras\.ply and cameras\.png in .*cameras\n$/m);
    assertMatch(
      shown.stdout,
      /^Views {7}24 to train on, 4 held out\nPictures {4}8×8 pixels, 35\.52° wide, .*\nLooking at {2}\(0\.000, 0\.000, -0\.150\), 4\.044 to 4\.135 away; .*\nRays {8}from 2 to 6\n/,
    );
    // 11 lines each.
    assertMatch(await Deno.readTextFile(join(runPath(folder, "cameras"), "cameras.ply")), /element vertex 616\n/);
    await Deno.writeTextFile(join(folder, "file"), "");
    const refused: [string, RegExp][] = [
      [folder, /^error: .*: this folder is no scene: expected one of poses_bounds\.npy, .*, found none\.\n$/],
      [join(folder, "none"), /^error: .*none: expected a scene's folder, but there is no such folder\.\n$/],
      [
        join(folder, "file"),
        /^error: .*file: expected a scene's folder, or its poses_bounds\.npy, .*, found another file\.\n$/,
      ],
      [
        "--show-cameras --resume x",
        /^error: --show-cameras draws the cameras and does not train, so --resume cannot be given with it\.\n$/,
      ],
      [
        "--show-cameras --dry-run",
        /^error: --show-cameras draws the cameras and does not train, so --dry-run cannot be given with it\.\n$/,
      ],
      ["--space ndc", /^error: NDC: expected a forward-facing scene \(LLFF\), .*\n$/],
      [
        "--optimizer sgd --update-every 3",
        /^error: --update-every: the optimizer sgd has no such hyper-parameter; it belongs to .*\.\n$/,
      ],
      ["render none", /^error: .*none.*\n$/],
      ["render runs/nerf/cameras", /^error: .*cameras.*config\.json.*\n$/],
    ];
    for (const [line, sentence] of refused) {
      const { code, stderr } = await nerf(folder, line);
      assertEquals(code, 1, line);
      assertMatch(stderr, sentence);
    }
    const compared = await taskHere("compare", ["--task", "nerf", "--show-cameras"], folder);
    assertEquals(compared.code, 1);
    assertMatch(compared.stderr, /^error: Unknown option --show-cameras/);
    assertEquals(namesIn(join(folder, "runs/nerf")), ["cameras"]);
    assert(!namesIn(folder).includes("none"));
  }));

Deno.test("the own scene is what its script renders", async () => {
  const { frames } = JSON.parse(await Deno.readTextFile(new URL("transforms_test.json", scene)));
  const { file_path: path, transform_matrix: rows } = frames[3];
  assertEquals(render(rows.slice(0, 3).flat()), await Deno.readFile(new URL(`${path}.png`, scene)));
});
