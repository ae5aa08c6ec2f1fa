import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { decodePng } from "../../lib/codec/image/decode_png.ts";
import { encodePng } from "../../lib/codec/image/encode_png.ts";
import { openRunFolder } from "../../tasks/run/open_run_folder.ts";
import { RunFolder } from "../../tasks/run/run_folder.ts";
import { decodeSafetensors } from "../../lib/codec/tensor/safetensors.ts";
import { imageProcess, imageTask, withEsgd } from "../support/image_task.ts";
import type { Outcome } from "../support/process.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";
import { newestCheckpoint, stopEarly } from "../support/training_task.ts";

// 40 × 30 pixels become 24 × 18 = 432, which are 7 steps an epoch, the last of 48 pixels.
const small = ["--size", "24", "--width", "16", "--layers", "2", "--batch-size", "64", "--kernels", "register"];
const picture = encodePng({
  width: 40,
  height: 30,
  channels: 3,
  pixels: Float32Array.from({ length: 40 * 30 * 3 }, (_, i) => 0.5 + 0.5 * Math.sin(i / 31) * Math.cos(i % 120 / 17)),
});

/** Gives a folder with a picture in it to `work`. */
function withPicture(work: (folder: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), picture);
    await work(folder);
  });
}

const runPath = (folder: string, name: string) => join(folder, "runs", "image", name);

async function succeeds(folder: string, ...args: string[]): Promise<Outcome> {
  const result = await imageTask(folder, ...args);
  assertEquals(result.code, 0, result.stderr);
  return result;
}

/** Every file below a folder, by path, except for locks, which hold the number of the last process. */
async function contents(folder: string): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (name === ".lock") continue;
    if (!isDirectory) files[name] = await Deno.readFile(path);
    else for (const [below, bytes] of Object.entries(await contents(path))) files[join(name, below)] = bytes;
  }
  return files;
}

/** The newest checkpoint of a run. */
const newest = (folder: string, name: string) => newestCheckpoint(runPath(folder, name));

Deno.test("a run leaves its configuration, metrics, pictures, plot, checkpoints and summary, each of which can be read", () =>
  withPicture(async (folder) => {
    const args = ["--epochs", "2", "--snapshot-every", "1", "--seed", "3", "--name", "first"];
    const { code, stdout, stderr } = await imageProcess(folder, "picture.png", ...small, ...args);
    assertEquals(code, 0, stderr);
    const path = runPath(folder, "first");
    assertMatch(stdout.trimEnd().split("\n").at(-1)!, /^PSNR \d+\.\d\d dB after 14 steps; the run is in /);
    assert(stdout.trimEnd().endsWith(path));
    assertMatch(stderr, /^epoch .*step \d+ .*loss .*PSNR .*ETA .*steps\/s$/m);
    assertEquals(namesIn(folder), ["picture.png", "runs"]);
    assertEquals(namesIn(path), [
      ".lock",
      "checkpoints",
      "config.json",
      "convergence.svg",
      "error.png",
      "index.html",
      "input.png",
      "metrics.jsonl",
      "preview.png",
      "reconstruction.png",
      "snapshots",
      "summary.json",
    ]);

    const run = await openRunFolder(path);
    const config = await run.readConfig();
    assertEquals(config.task, "image");
    assertEquals(Object.keys(config.kernels as Record<string, string>), ["operands"]);
    assertEquals(config.image, { width: 24, height: 18, channels: 3 });
    const options = config.options as Record<string, unknown>;
    assertEquals([options.seed, options.epochs, options.width, options.kernels], [3, 2, 16, "register"]);
    assertEquals(options.image, join(folder, "picture.png"));
    for (const key of ["adapter", "versions", "optimizer"]) assertEquals(typeof config[key], "object", key);

    const metrics = await run.readMetrics();
    assertEquals(metrics.map(({ step, epoch }) => [step, epoch]), [[7, 1], [14, 2]]);
    for (const { loss, psnr } of metrics) {
      assert(Math.abs(10 ** (-Number(psnr) / 10) - Number(loss)) < 1e-9, "the loss is that of the whole picture");
    }

    for (
      const name of ["reconstruction.png", "error.png", "snapshots/step-00000007.png", "snapshots/step-00000014.png"]
    ) {
      const { width, height } = decodePng(await Deno.readFile(join(path, name)), name);
      assertEquals([width, height], [24, 18], name);
    }
    assertMatch(await Deno.readTextFile(join(path, "convergence.svg")), /^<svg[^]*<\/svg>\s*$/);
    assertEquals(namesIn(join(path, "checkpoints")), ["step-00000007.safetensors", "step-00000014.safetensors"]);
    const { tensors, metadata } = decodeSafetensors((await newest(folder, "first")).bytes);
    assertEquals(tensors["parameters/layers.0.weight"].shape, [16, 2]);
    const { field, sha256, ...counters } = metadata;
    assertEquals(sha256.length, 64);
    assertEquals(counters, { optimizer: "esgd", step: "14", observations: String(metrics[1].hvps) });
    assertEquals(JSON.parse(field).layers[0].activation, { name: "gaussian", options: { sigma: 0.05 } });

    const summary = JSON.parse(await Deno.readTextFile(join(path, "summary.json")));
    const { adapter, seconds, stepsPerSecond, ssim, ...figures } = summary;
    assertEquals(figures, {
      task: "image",
      status: "finished",
      parameters: 16 * 2 + 16 + 16 * 16 + 16 + 3 * 16 + 3,
      steps: 14,
      psnr: metrics[1].psnr,
      loss: metrics[1].loss,
      // 16 probes at the first step, one at each other of the warm-up.
      hvps: 16 + 13,
      aborted: false,
    });
    assertEquals([typeof adapter, Math.abs(ssim) <= 1, seconds > 0], ["string", true, true]);
    assert(Math.abs(stepsPerSecond * seconds - 14) < 1e-6);
  }));

Deno.test("each mistake is one sentence and exit code 1, and nothing is made", () =>
  withPicture(async (folder) => {
    await Deno.writeFile(join(folder, "cut.png"), picture.subarray(0, picture.length / 2));
    const damaged = picture.slice();
    damaged[damaged.length - 30] ^= 1;
    await Deno.writeFile(join(folder, "damaged.png"), damaged);
    await Deno.writeTextFile(join(folder, "text.png"), "GIF89a");
    await Deno.mkdir(join(folder, "folder.png"));
    const before = await contents(folder);
    const cases: [string[], RegExp][] = [
      [["picture.png", "--epoch", "5"], /Unknown option --epoch: did you mean --epochs\?/],
      [["picture.png", "--epochs", "0"], /--epochs.*0/],
      [["picture.png", "--epochs", "2", "--epochs", "3"], /--epochs.*(twice|once)/],
      [["picture.png", "--activation", "tanh"], /--activation.*tanh/],
      [["picture.png", "other.png"], /other\.png/],
      [["missing.png"], /missing\.png: cannot be read: there is no such file\./],
      [["folder.png"], /folder\.png: cannot be read: /],
      [["cut.png"], /cut\.png: /],
      [["damaged.png"], /damaged\.png: the PNG is damaged/],
      [["text.png"], /text\.png: expected a PNG or a JPEG, found a GIF; convert it to PNG\./],
      [["picture.png", "--crop", "1,2,3"], /--crop: expected X,Y,W,H in whole pixels, found "1,2,3"\./],
      [["picture.png", "--crop", "1,,2,3"], /--crop: expected X,Y,W,H in whole pixels, found "1,,2,3"\./],
      [["picture.png", "--crop", "30,0,20,10"], /20×10 pixels at \(30, 0\) exceed the picture of 40×30\./],
      [["picture.png", "--name", "a/b", ...small], /run name: /],
      [["picture.png", "--seed", "-1"], /--seed.*-1/],
      [["--resume", "runs/image/none"], /none: there is no such run\./],
      [
        ["--resume", "folder.png"],
        /folder\.png: expected a folder in .*runs, because deno task lets this task write only there/,
      ],
    ];
    for (const [args, message] of cases) {
      // Only a task's own process may not write elsewhere.
      const by = args[1] === "folder.png" ? imageProcess : imageTask;
      const { code, stdout, stderr } = await by(folder, ...args);
      assertEquals([code, stdout], [1, ""], args.join(" "));
      assertMatch(stderr, /^error: [^\n]+\n$/);
      assertMatch(stderr, message);
    }
    assertEquals(Object.keys(await contents(folder)), Object.keys(before));
    assertEquals(namesIn(folder).includes("runs"), false);
  }));

Deno.test("a name that is taken, an option that --resume may not change and a damaged checkpoint leave a run untouched", () =>
  withPicture(async (folder) => {
    await succeeds(folder, "picture.png", ...small, "--epochs", "1", "--name", "taken");
    const before = await contents(folder);
    const refused = async (message: string, ...args: string[]) => {
      const { code, stdout, stderr } = await imageTask(folder, ...args);
      assertEquals([code, stdout], [1, ""], args.join(" "));
      assertMatch(stderr, /^error: [^\n]+\n$/);
      assertStringIncludes(stderr, message);
    };
    const resume = ["--resume", "runs/image/taken"];
    await refused("a run of this name exists", "picture.png", ...small, "--epochs", "1", "--name", "taken");
    await refused(
      "--resume may be given only with --epochs, --minutes, --deadline, --conclude, --adapter, --software, --on-divergence and --on-write-error, but --seed was given.",
      ...resume,
      "--seed",
      "1",
    );
    await refused(
      "--resume may be given only with --epochs, --minutes, --deadline, --conclude, --adapter, --software, --on-divergence and --on-write-error, but ",
      ...resume,
      "picture.png",
    );
    assertEquals(await contents(folder), before);
    const [checkpoint] = Object.keys(before).filter((name) => name.endsWith(".safetensors"));
    before[checkpoint] = before[checkpoint].subarray(0, 500);
    await Deno.writeFile(join(folder, checkpoint), before[checkpoint]);
    await refused("truncated", ...resume, "--epochs", "2");
    assertEquals(await contents(folder), before);
  }));

Deno.test("the same seed gives the same checkpoint, and 2 epochs resumed to 4 are 4 uninterrupted ones, bit for bit", () =>
  withPicture(async (folder) => {
    const run = (name: string, epochs: string) =>
      succeeds(folder, "picture.png", ...small, "--epochs", epochs, "--seed", "5", "--name", name);
    await run("whole", "4");
    await run("half", "2");
    await run("again", "4");
    // Another process goes on with it.
    const resumed = await imageProcess(folder, "--resume", "runs/image/half", "--epochs", "4");
    assertEquals(resumed.code, 0, resumed.stderr);
    const whole = await newest(folder, "whole");
    assertEquals(whole.step, 28);
    assertEquals(await newest(folder, "again"), whole);
    assertEquals(await newest(folder, "half"), whole);
    const records = async (name: string) =>
      (await new RunFolder(runPath(folder, name)).readMetrics()).map(({ step, psnr, hvps }) => [step, psnr, hvps]);
    assertEquals(await records("half"), await records("whole"));
    const summary = JSON.parse(await Deno.readTextFile(join(runPath(folder, "half"), "summary.json")));
    assertEquals([summary.steps, summary.hvps], [28, (await records("whole")).at(-1)![2]]);
    await succeeds(folder, "--resume", "runs/image/half");
    assertEquals(await newest(folder, "half"), whole, "resuming a finished run changes nothing");
    assertEquals(await records("half"), await records("whole"), "resuming a finished run measures nothing");
  }));

Deno.test({
  name: "Ctrl-C leaves a checkpoint that resumes as if nothing had happened",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withPicture(async (folder) => {
      const options = ["picture.png", ...small];
      const { run, step } = await stopEarly("image", withEsgd(options), folder);
      const epochs = String(Math.ceil(step / 7) + 1);
      await succeeds(folder, "--resume", run, "--epochs", epochs);
      await succeeds(folder, ...options, "--name", "whole", "--epochs", epochs);
      const whole = await newest(folder, "whole");
      assertEquals(whole.step, Number(epochs) * 7);
      assertEquals(await newest(folder, "stopped"), whole);
    }),
});

Deno.test("pictures of one pixel or one row, and with their alpha kept, are trained", () =>
  inFolder(async (folder) => {
    const shapes = [[1, 1, 1, 24, 24], [40, 1, 3, 24, 1], [30, 60, 4, 12, 24], [30, 30, 2, 24, 24]] as const;
    const run = async ([width, height, channels, ...expected]: typeof shapes[number], name: string) => {
      const pixels = new Float32Array(width * height * channels).fill(0.4);
      await Deno.writeFile(join(folder, `${name}.png`), encodePng({ width, height, channels, pixels }));
      await succeeds(folder, `${name}.png`, ...small, "--keep-alpha", "--epochs", "1", "--name", name);
      const decoded = decodePng(await Deno.readFile(join(runPath(folder, name), "reconstruction.png")));
      assertEquals([decoded.width, decoded.height, decoded.channels], [...expected, channels]);
    };
    for (const [i, shape] of shapes.entries()) await run(shape, `picture${i}`);
  }));

Deno.test("a run that diverges ends with one sentence and exit code 1, and its summary says so", () =>
  withPicture(async (folder) => {
    const rate = ["--activation", "relu", "--optimizer", "sgd", "--learning-rate", "1e30"];
    const { code, stderr } = await imageTask(
      folder,
      "picture.png",
      ...small,
      ...rate,
      "--epochs",
      "50",
      "--name",
      "wild",
    );
    assertEquals(code, 1);
    assertMatch(stderr, /\nerror: Training diverged at step 2: [^\n]+\n$/);
    assertEquals(namesIn(runPath(folder, "wild")), [".lock", "config.json", "index.html", "summary.json"]);
    const summary = JSON.parse(await Deno.readTextFile(join(runPath(folder, "wild"), "summary.json")));
    assertEquals([summary.status, summary.divergedAt, summary.divergedIn], ["diverged", 2, "layers.0.weight"]);
  }));
