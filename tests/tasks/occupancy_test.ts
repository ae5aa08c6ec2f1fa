import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { createField, decodeMesh, encodePly, normaliseMesh, openDevice, type TrainEvent } from "../../mod.ts";
import type { Mesh } from "../../lib/codec/mod.ts";
import { encodeObj } from "../../lib/codec/mod.ts";
import { inspectMesh, type NormalisedMesh } from "../../lib/data/mesh/mod.ts";
import { watchDisk } from "../../tasks/run/disk.ts";
import { createRunFolder } from "../../tasks/run/new_run.ts";
import { command } from "../../tasks/occupancy/command.ts";
import { MeshInput } from "../../tasks/occupancy/mesh_input.ts";
import { occupancyTask } from "../../tasks/occupancy/task.ts";
import { parseOptions } from "../../tasks/shell/options.ts";
import { withBestOptimizer } from "../../tasks/training/auto_optimizer.ts";
import { checkFieldOptions } from "../../tasks/training/hyperparameters.ts";
import { chosenOptimizer } from "../../tasks/training/optimizer.ts";
import { runTraining } from "../../tasks/training/run_training.ts";
import { fastClock } from "../support/clock.ts";
import { fieldOptions } from "../support/field_options.ts";
import { cube, flipped, moved, sphere, together } from "../support/meshes.ts";
import { type Outcome, outcome, startTask } from "../support/process.ts";
import { quietly } from "../support/quietly.ts";
import { taskHere } from "../support/task_here.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";
import { beginClosing } from "../../tasks/training/closing.ts";

// 8 steps an epoch, the last of 416 points.
const small =
  "--width 16 --layers 2 --points 4000 --batch-size 512 --resolution 12 --test-points 2000 --optimizer adam --kernels register"
    .split(" ");

/** A ball of radius 4 about (10, 0, 0). */
const ball = moved(sphere(4, 12, 16), ([x, y, z]) => [x + 10, y, z]);

const occupancy = (folder: string, line: string, ...args: string[]) =>
  taskHere("occupancy", [...line.split(" "), ...args], folder);

async function ends(call: Promise<Outcome>): Promise<Outcome> {
  const result = await call;
  assertEquals(result.code, 0, result.stderr);
  return result;
}

const succeeds = (...call: Parameters<typeof occupancy>) => ends(occupancy(...call));

const json = async (folder: string, name: string) => JSON.parse(await Deno.readTextFile(join(folder, name)));

/** Begins a run in a folder and stops it at its first measurement, so that its mesh is neither extracted nor compared. */
async function interrupted(folder: string, line: string, ...args: string[]): Promise<void> {
  const stop = new AbortController();
  using _watching = watchDisk(({ kind, path }) => {
    if (kind === "append" && path.endsWith("metrics.jsonl")) stop.abort();
  });
  await quietly(folder, () => runTraining(occupancyTask, [...line.split(" "), ...args], stop.signal));
}

/** Hyper-parameters of a command line, resolved. */
function resolved(line: string) {
  const { values: asked, given } = parseOptions(line.split(" ").filter(Boolean), command);
  const values = occupancyTask.settle(withBestOptimizer("occupancy", asked, given), { software: true });
  const field = occupancyTask.field(values, 1);
  checkFieldOptions(values);
  return {
    field: fieldOptions(field),
    optimizer: chosenOptimizer(values, occupancyTask.optimizerDefaults(values)),
    schedule: values.schedule,
  };
}

Deno.test("hyper-parameters default as published for occupancy, can be given, and are refused where the choice has none", () => {
  assertEquals(resolved("").field, { sigma: 0.09 });
  assertEquals(resolved("--sigma 0.2").field, { sigma: 0.2 });
  assertEquals(resolved("--activation sine").field, { omega: 30 });
  assertEquals(resolved("--activation wavelet").field, { omega: 10, scale: 10 });
  assertEquals(resolved("--activation relu-pe").field, { octaves: 8 });
  assertEquals(resolved("--optimizer adam").optimizer.learningRate, 1e-3);
  assertEquals(resolved("--optimizer adam --learning-rate 0.1").optimizer.learningRate, 0.1);
  assertThrows(
    () => resolved("--omega 3"),
    Error,
    "--omega: the activation gaussian has no such hyper-parameter; it belongs to ",
  );
  assertThrows(
    () => resolved("--optimizer adam --update-every 3"),
    Error,
    "--update-every: the optimizer adam has no such hyper-parameter; it belongs to ",
  );
});

Deno.test("the optimizer is what did best, with a schedule that ends, unless the published settings or another are asked for", () => {
  const choice = (line: string) => {
    const { optimizer: { name, learningRate }, schedule } = resolved(line);
    return [name, learningRate, schedule];
  };
  assertEquals(choice(""), ["adam", 1e-3, "cosine"]);
  assertEquals(choice("--activation sine"), ["adam", 3e-4, "cosine"]);
  assertEquals(choice("--schedule constant"), ["adam", 1e-3, "constant"]);
  assertEquals(choice("--optimizer esgd"), ["esgd", 0.5, "cosine"]);
  assertEquals(choice("--preset paper"), ["esgd", 0.15, "constant"]);
  assertEquals(choice("--preset paper --optimizer adam"), ["adam", 1e-4, "constant"]);
});

Deno.test("what makes labels doubtful is said in one sentence each", () => {
  const inverted = moved(ball, ([x, y, z]) => [-x, y, z]);
  const two: Mesh = {
    positions: new Float32Array([...ball.positions, ...inverted.positions]),
    indices: new Uint32Array([...ball.indices, ...inverted.indices.map((each) => each + ball.positions.length / 3)]),
  };
  assertEquals(normaliseMesh(ball).warnings, []);
  const bigger = {
    ...two,
    positions: two.positions.map((value, i) => i < ball.positions.length ? value : 0.9 * value),
  };
  assertEquals(normaliseMesh(bigger, {}, "balls.ply").warnings, [
    "balls.ply: 1 closed part is oriented inward but not a cavity of another part; its interior counts as outside; " +
    "the option repair changes that.",
  ]);
});

Deno.test("a run leaves a mesh in the input's coordinates, pictures, metrics and a summary; resuming changes no bit", () =>
  inFolder(async (folder) => {
    const holed = { positions: ball.positions, indices: ball.indices.slice(3) };
    await Deno.writeFile(join(folder, "ball.ply"), encodePly(holed));
    const settings = ["--learning-rate", "0.01", "--seed", "5", ...small];
    // In a process of its own, with the permissions of the task.
    const line = "ball.ply --epochs 6 --name whole --metric authors";
    const whole = await ends(outcome(startTask("occupancy", [...line.split(" "), ...settings], folder)));
    assertStringIncludes(whole.stderr, "3 edges with only one face (boundary edges)");
    assertMatch(whole.stderr, /^epoch .*step \d+ .*loss .*IoU .*ETA .*steps\/s$/m);
    assertMatch(whole.stdout, /^uniform IoU 0\.\d{4} after 48 steps; the run is in .*whole\n$/);
    const run = join(folder, "runs/occupancy/whole");
    assertEquals(namesIn(run), [
      ".lock",
      "checkpoints",
      "config.json",
      "convergence.svg",
      "index.html",
      "input.png",
      "mesh.obj",
      "mesh.ply",
      "metrics.jsonl",
      "preview.png",
      "reconstruction.png",
      "slice.png",
      "summary.json",
    ]);
    const summary = await json(run, "summary.json");
    assertEquals([summary.steps, summary.points], [48, 2000]);
    assert(summary.iouUniform > 0.6 && summary.chamfer < 0.2, JSON.stringify(summary));
    assert(summary.iouAuthors > 0 && summary.iouAuthors <= 1);
    for (const file of ["mesh.ply", "mesh.obj"]) {
      const { box, boundaryEdges, volume } = inspectMesh(await decodeMesh(await Deno.readFile(join(run, file)), file));
      assertEquals(boundaryEdges, 0);
      assert(volume > 0.5 * 4 / 3 * Math.PI * 64);
      assert(box.low[0] > 4 && box.high[0] < 16 && box.low[1] > -6 && box.high[1] < 6);
    }
    for (const file of ["input.png", "reconstruction.png", "slice.png"]) {
      assert((await Deno.stat(join(run, file))).size > 500);
    }
    const config = await json(run, "config.json");
    assertEquals([config.steps, config.scheduleSteps, config.options.batchSize], [48, 48, 512]);
    assertEquals([config.activation, config.mesh.boundaryEdges], [{ name: "gaussian", sigma: 0.09 }, 3]);
    assertEquals(config.options.mesh, join(folder, "ball.ply"));

    await interrupted(folder, "ball.ply --epochs 6 --evaluate-every 3 --name half", ...settings);
    const half = join(folder, "runs/occupancy/half");
    assertEquals(await json(half, "summary.json").then(({ status, steps }) => [status, steps]), ["stopped", 24]);
    await succeeds(folder, "--resume", half);
    const file = "checkpoints/step-00000048.safetensors";
    assertEquals(await Deno.readFile(join(half, file)), await Deno.readFile(join(run, file)));
  }));

Deno.test("a run is resumed only as it was and on the mesh that it began with", () =>
  inFolder(async (folder) => {
    const mesh = join(folder, "ball.ply");
    await Deno.writeFile(mesh, encodePly(ball));
    await interrupted(folder, "ball.ply --epochs 2 --evaluate-every 1 --name mine", ...small);
    const path = join(folder, "runs/occupancy/mine");
    const refused = async (sentence: string, ...args: string[]) => {
      const { code, stdout, stderr } = await occupancy(folder, "--resume runs/occupancy/mine", ...args);
      assertEquals([code, stdout], [1, ""]);
      assertEquals(stderr, `error: ${sentence}\n`);
    };
    const before = await Deno.readTextFile(join(path, "config.json"));
    await refused(
      "--resume may be given only with --epochs, --minutes, --deadline, --conclude, --adapter, --software, --on-divergence and --on-write-error, but --seed was given.",
      "--seed",
      "6",
    );
    await refused(
      "--resume may be given only with --epochs, --minutes, --deadline, --conclude, --adapter, --software, --on-divergence and --on-write-error, but the argument mesh was given.",
      "ball.ply",
    );
    const { vertices, faces } = inspectMesh(ball);
    const began = `${mesh}: expected ${vertices} vertices and ${faces} faces, as when the run began`;
    await Deno.writeFile(mesh, encodePly(moved(ball, ([x, y, z]) => [x, 2 * y, z])));
    await refused(`${began}, found the same numbers of different ones.`, "--epochs", "2");
    const coarse = sphere(4, 6, 8);
    const found = inspectMesh(coarse);
    await Deno.writeFile(mesh, encodePly(coarse));
    await refused(`${began}, found ${found.vertices} vertices and ${found.faces} faces.`, "--epochs", "2");
    assertEquals(await Deno.readTextFile(join(path, "config.json")), before);
    // A mesh of which no figure differs is told by its hash.
    await Deno.writeFile(mesh, encodePly(ball));
    await Deno.writeTextFile(join(path, "config.json"), before.replace(/("dataHash": ")[^"]+/, `$1${"0".repeat(64)}`));
    const sentence = `${mesh}: expected the vertices and faces that the run began with, found different ones.`;
    await refused(sentence, "--epochs", "2");
  }));

Deno.test("where no point is inside, the mesh is named unless another threshold would do", async () => {
  using gpu = await openDevice({ allowSoftware: true, kernels: "register" });
  const { values } = parseOptions(small, command);
  const settings = occupancyTask.settle({ ...values, optimizer: "adam" }, { software: true });
  const found = "found none of 20000 points around the mesh inside";
  const refused = async (input: NormalisedMesh, threshold: number, message: string) => {
    using subject = new MeshInput(gpu, input, { ...settings, mesh: "x.stl", threshold });
    assertStringIncludes((await assertRejects(() => subject.checkLabels(), Error)).message, message);
  };
  const normalised = normaliseMesh(ball, {}, "x.stl");
  const inward = { ...normalised, mesh: flipped(normalised.mesh) };
  const doubt = { ...inward, warnings: ["x.stl: the orientation is mixed."] };
  const expected = "x.stl: expected points inside and points outside";
  await refused(doubt, 0.5, `${expected}, ${found}: the orientation is mixed.`);
  await refused(doubt, 0.7, `${expected}, ${found}: the orientation is mixed.`);
  await refused(inward, 0.5, `${expected}, ${found}: their winding numbers are about -1`);
  await refused(normalised, 5, `--threshold 5: expected winding numbers below and above it, ${found}: `);
});

Deno.test("a run that is stopped while it is concluded leaves no result that looks whole", () =>
  inFolder(async (folder) => {
    using gpu = await openDevice({ allowSoftware: true, kernels: "register" });
    const { values } = parseOptions(small, command);
    const settings = occupancyTask.settle({ ...values, optimizer: "adam" }, { software: true });
    using subject = new MeshInput(gpu, normaliseMesh(ball), settings);
    using field = createField(gpu, occupancyTask.field(settings, 1));
    const stop = new AbortController();
    const event = { step: 8, stepsPerEpoch: 8 } as TrainEvent;
    const closing = (signal: AbortSignal, say: (what: string) => void) =>
      beginClosing({ say, print: () => {}, leaveOut: () => {}, signal, stopped: false, compared: false });
    using run = await createRunFolder({ root: folder, task: "occupancy", name: "stopped" });
    const interrupted = closing(stop.signal, (what) => what.startsWith("extracting") && stop.abort());
    await assertRejects(() => subject.conclude(field, run, event, interrupted), DOMException, "aborted");
    assertEquals(namesIn(run.path).filter((name) => name.startsWith("mesh")), []);
    await subject.conclude(field, run, event, closing(new AbortController().signal, () => {}));
    assertEquals(namesIn(run.path).filter((name) => name.startsWith("mesh")), ["mesh.obj", "mesh.ply"]);
  }));

Deno.test("--minutes fixes the number of steps before the run; --dry-run tells them and leaves nothing", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "ball.ply"), encodePly(ball));
    using _ = fastClock(16);
    const dry = await succeeds(folder, "ball.ply --dry-run --epochs 3", ...small);
    assertStringIncludes(dry.stdout, "Steps       24, 8 per epoch");
    assertEquals(namesIn(folder), ["ball.ply"]);
    const { stderr } = await succeeds(folder, "ball.ply --minutes 0.02 --name timed", ...small);
    const path = join(folder, "runs/occupancy/timed");
    const { steps, scheduleSteps, options } = await json(path, "config.json");
    assertEquals([scheduleSteps, options.epochs], [steps, undefined]);
    assertEquals((await json(path, "summary.json")).steps, steps);
    assertStringIncludes(stderr, `The run will end at step ${steps}, after ${(steps / 8).toFixed(1)} epochs.`);
  }));

Deno.test("--repair makes of a doubled mesh and of one of mixed orientation what can be learnt, and says so", () =>
  inFolder(async (folder) => {
    const turned = flipped(cube());
    await Deno.writeFile(join(folder, "twice.obj"), encodeObj(together(cube(), turned)));
    const indices = cube().indices.map((vertex, i) => Math.floor(i / 3) % 2 === 0 ? vertex : turned.indices[i]);
    await Deno.writeFile(join(folder, "mixed.obj"), encodeObj({ ...cube(), indices }));
    const cases: [string, RegExp, RegExp][] = [
      [
        "twice.obj",
        /^error: .*twice\.obj: .*: 24 faces have a turned twin .*; the option repair .*\n$/,
        /12 turned twins/,
      ],
      [
        "mixed.obj",
        /^error: .*mixed\.obj: .*: the orientation is mixed: .*; the option repair makes it consistent\.\n$/,
        /6 faces turned/,
      ],
    ];
    const dry =
      "--width 8 --layers 1 --points 512 --batch-size 512 --kernels register --optimizer adam --epochs 1 --dry-run";
    using _ = fastClock(16);
    for (const [file, error, change] of cases) {
      const refused = await occupancy(folder, `${file} ${dry}`);
      assertEquals(refused.code, 1);
      assertMatch(refused.stderr, error);
      assert(!refused.stderr.includes("threshold"), refused.stderr);
      const repaired = await occupancy(folder, `${file} ${dry} --repair`);
      assertEquals(repaired.code, 0);
      assertMatch(repaired.stderr, change);
    }
    await Deno.writeTextFile(join(folder, "line.obj"), `ver 1\n${new TextDecoder().decode(encodeObj(cube()))}f 1 2\n`);
    const { code, stderr } = await occupancy(folder, `line.obj ${dry}`);
    assertEquals(code, 0);
    assertEquals(stderr.match(/warning: .*line\.obj: passed over .*/g)?.length, 2);
  }));

Deno.test("a mesh that cannot be used, and a name that is taken, end in one line", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "flat.obj"), "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n");
    await Deno.writeFile(join(folder, "ball.ply"), encodePly(ball));
    const refused: [string, RegExp][] = [
      ["flat.obj", /^error: .*flat\.obj: the mesh encloses no volume .*\n$/],
      [
        "ball.ply --threshold 5",
        /^error: --threshold 5: expected winding numbers below and above it, found none of 20000 points .*: their winding numbers are about 0 to 1\.1\.\n$/,
      ],
      ["ball.ply --threshold=-1", /^error: --threshold -1: .* found all of 20000 points around the mesh inside: .*\n$/],
      ["none.obj", /^error: .*none\.obj: cannot be read: there is no such file\.\n$/],
      [".", /^error: .*: cannot be read: it is a folder\.\n$/],
      [
        "none.obj --sigma 1 --activation sine",
        /^error: --sigma: the activation sine has no such hyper-parameter; it belongs to .*\.\n$/,
      ],
    ];
    for (const [line, sentence] of refused) {
      const { code, stderr } = await occupancy(folder, line);
      assertEquals(code, 1);
      assertMatch(stderr, sentence);
    }
    assertEquals(namesIn(folder), ["ball.ply", "flat.obj"]);
    await Deno.mkdir(join(folder, "runs/occupancy/mine"), { recursive: true });
    await Deno.writeTextFile(join(folder, "runs/occupancy/mine/notes.txt"), "");
    const taken = await occupancy(folder, "none.obj --name mine");
    assertStringIncludes(taken.stderr, "a run of this name exists");
  }));
