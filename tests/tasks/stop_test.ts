import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { encodePly, encodePng } from "../../mod.ts";
import { exists } from "../support/exists.ts";
import { fastClock } from "../support/clock.ts";
import { imageTask, smoothPng, tiny, withEsgd } from "../support/image_task.ts";
import { sphere } from "../support/meshes.ts";
import { readUntil, startTask } from "../support/process.ts";
import { taskHere } from "../support/task_here.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

const ignore = Deno.build.os === "windows";

/** The longest time from a signal to the end of a process, in milliseconds. */
const SOON = 10_000;

/** Sends a signal to a task when `when` resolves, and checks that the task ends soon. */
async function stops(
  child: Deno.ChildProcess,
  signal: Deno.Signal,
  when: (stderr: ReadableStreamDefaultReader<Uint8Array>) => Promise<unknown>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const reader = child.stderr.getReader();
  await when(reader);
  const begin = performance.now();
  child.kill(signal);
  const [stdout, stderr, { code }] = await Promise.all([
    new Response(child.stdout).text(),
    readUntil(reader, () => false),
    child.status,
  ]);
  const milliseconds = performance.now() - begin;
  assert(milliseconds < SOON, `the task ended ${milliseconds} ms after ${signal}: ${stderr}`);
  return { code, stdout, stderr };
}

const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Waits until a run says that it is running, and then so many seconds. */
const afterBegin = (run: string, seconds: number) => async () => {
  const isRunning = (summary: string) => JSON.parse(summary).status === "running";
  while (!await Deno.readTextFile(join(run, "summary.json")).then(isRunning, () => false)) await wait(0.05);
  await wait(seconds);
};

Deno.test({
  name: "a step of 262144 samples is stopped before it ends, and the first step of a run leaves its name free",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      const pixels = Float32Array.from({ length: 512 * 512 }, (_, i) => i % 512 / 512);
      await Deno.writeFile(join(folder, "p.png"), encodePng({ width: 512, height: 512, channels: 1, pixels }));
      const field = ["--width", "64", "--layers", "2", "--kernels", "register"];
      const size = ["--size", "0", "--batch-size", "262144", ...field];
      const runs = join(folder, "runs", "image", "large");
      // The first second is that of the rehearsal; the first step has 16 probes and takes a minute.
      for (const [signal, expected, seconds] of [["SIGHUP", 129, 0.2], ["SIGTERM", 143, 2.5]] as const) {
        const child = startTask("image", withEsgd(["p.png", ...size, "--name", "large"]), folder);
        const { code, stdout, stderr } = await stops(child, signal, afterBegin(runs, seconds));
        assertEquals(code, expected, stderr);
        assertMatch(stdout, /^Stopped before the first step\. To begin again, give the same command, or: /);
        assertEquals(namesIn(runs), [".lock", "config.json", "index.html", "summary.json"]);
      }
    }),
});

Deno.test({
  name: "the closing measurements of a run are stopped between their parts",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      await Deno.writeFile(join(folder, "ball.ply"), encodePly(sphere(1, 12, 24)));
      const field = ["--width", "64", "--layers", "2", "--kernels", "register"];
      const size = ["--points", "512", "--batch-size", "512", "--epochs", "1", "--optimizer", "adam", ...field];
      // What is written before a part, and after it.
      const parts = [
        ["scoring", [], "checkpoints/step-00000001.safetensors", "slice.png"],
        ["extracting", ["--test-points", "1000", "--resolution", "400"], "slice.png", "mesh.ply"],
      ] as const;
      for (const [name, options, before, after] of parts) {
        const run = join(folder, "runs", "occupancy", name);
        const begun = async () => {
          while (!exists(join(run, before))) await wait(0.01);
        };
        const child = startTask("occupancy", ["ball.ply", ...size, ...options, "--name", name], folder);
        const { code, stdout, stderr } = await stops(child, "SIGTERM", begun);
        assertEquals([code, stdout], [143, ""], stderr);
        assertMatch(stderr, /its closing measurements were stopped\. To make them: deno task occupancy --resume /);
        assertEquals(exists(join(run, after)), false);
      }
    }),
});

Deno.test("minutes that are too few for one step are refused, and the message says what would fit", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "p.png"), smoothPng(64, 48));
    const options = [...tiny, "--batch-size=3072", "--minutes", "0.00001"].filter((word, i, words) =>
      word !== "--batch-size" && words[i - 1] !== "--batch-size"
    );
    using _ = fastClock(16);
    const { code, stdout, stderr } = await imageTask(folder, "p.png", ...options);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(
      stderr,
      /^error: --minutes 0\.00001: expected time for at least one step, but a step of 3072 samples takes about \S+ s; (--batch-size \d+ or )?--minutes \S+ would fit\.\n$/m,
    );
  }));

Deno.test("no whole number on the command line is counted up to", async () => {
  const most = String(Number.MAX_SAFE_INTEGER);
  const all = (names: string) => names.split(" ").flatMap((name) => [`--${name}`, most]);
  const shared = "evaluate-every snapshot-every";
  const long = ["--epochs", "1000000000", "--schedule-epochs", "1000000000"];
  const image = ["p.png", ...tiny.slice(0, 4), "--kernels", "register", "--dry-run"];
  const scene = "--size=8 --width=8 --layers=1 --samples=4 --kernels=register --optimizer=adam --dry-run".split(" ");
  const lines: [string, string[]][] = [
    ["image", [...image, ...long, ...all(`${shared} batch-size update-every warmup`)]],
    ["image", [...image, "--size", "0", "--initial-probes", "65536", "--probes", "65536", "--minutes", "525600"]],
    ["image", [...image, "--size", "0", "--minutes", "525600"]],
    ["nerf", [...scene, ...long, ...all(`${shared} rays test-views`)]],
  ];
  await inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "p.png"), smoothPng(16, 12));
    const run = (task: string, words: string[]) => taskHere(task, task === "image" ? withEsgd(words) : words, folder);
    const timed = async (task: string, words: string[]) => {
      // Steps are timed until they have taken some of the time of `performance.now`.
      using _ = fastClock(16);
      const begin = Date.now();
      const { code, stdout, stderr } = await run(task, words);
      assertEquals(code, 0, stderr);
      assertMatch(stdout, /^Time +about [^?]*[1-9][\d.]* ms$/m);
      return Date.now() - begin;
    };
    // What a plan of one epoch takes on this machine, compiling included.
    const usual = await timed("image", [...image, "--epochs", "1"]) + await timed("nerf", [...scene, "--epochs", "1"]);
    for (const [task, words] of lines) assert(await timed(task, words) < usual + SOON, `${task} ${words.join(" ")}`);
    const refused: [string, string[], RegExp][] = [
      ["nerf", all("frames"), /^error: --frames: expected an? .* from 1 to 10000, found "9007199254740991"\.\n$/],
      [
        "nerf",
        all("epochs"),
        /^error: --epochs: expected an integer from 1 to 1000000000, found "9007199254740991"\.\n$/,
      ],
      [
        "advise",
        ["--minutes", "1e300"],
        /^error: --minutes: expected a number above 0 and of at most 525600, found "1e300"\.\n$/,
      ],
      ["image", ["p.png", ...all("size")], /^error: --size 9007199254740991: [^\n]*buffer[^\n]*\n$/],
      ["image", ["p.png", ...all("probes")], /^error: --probes: [^\n]*65536[^\n]*\n$/],
    ];
    for (const [task, words, sentence] of refused) {
      const { code, stderr } = await taskHere(task, words, folder);
      assertEquals(code, 1);
      assertMatch(stderr, sentence);
    }
  });
});
