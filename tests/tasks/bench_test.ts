import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { fromFileUrl } from "@std/path";
import { optimizerNames } from "../../mod.ts";
import { batchSizes } from "../../tasks/bench/command.ts";
import { Peer } from "../../tasks/bench/library.ts";
import { breakdown, esgdOverhead } from "../../tasks/bench/measure.ts";
import type { OptimizerFigures } from "../../tasks/bench/optimizer_report.ts";
import { overhead } from "../../tasks/bench/optimizers.ts";
import { refreshPeriod } from "../../tasks/bench/update_workload.ts";
import { PeerProcess, TORCH } from "../../tasks/bench/peer_process.ts";
import type { PeerTask } from "../../tasks/bench/peer_protocol.ts";
import { stepFlops } from "../../tasks/bench/scaling.ts";
import type { ScalingFigures } from "../../tasks/bench/scaling_report.ts";
import { median, pairedRatio, summarise } from "../../tasks/shell/statistics.ts";
import { figure, table, timeText } from "../../tasks/bench/table.ts";
import { exchangeTime } from "../../tasks/bench/network.ts";
import { rankFigures } from "../../tasks/bench/ranks.ts";
import { type RanksFigures, ranksReport } from "../../tasks/bench/ranks_report.ts";
import { batchOf } from "../../tasks/bench/workload.ts";
import { UserError } from "../../tasks/shell/user_error.ts";
import { fastClock } from "../support/clock.ts";
import { outcome, startTask } from "../support/process.ts";
import { taskHere } from "../support/task_here.ts";

const root = fromFileUrl(new URL("../../", import.meta.url));

/** Measures in this process, by a clock that runs fast: bursts of work are repeated until they have taken some of its time. */
async function run(...args: string[]) {
  using _ = fastClock(48);
  return await taskHere("bench", args, root);
}

Deno.test("medians take the middle, or the mean of the two middle ones", () => {
  assertEquals(median([3, 1, 100]), 3);
  assertEquals(median([4, 1, 2, 100]), 3);
  assertEquals(median([5]), 5);
  assertEquals(median([]), NaN);
  assertEquals(summarise([2, 9, 4]), { median: 4, min: 2, max: 9, count: 3 });
});

Deno.test("a ratio of interleaved times is unmoved by a machine that slows down", () => {
  assertEquals(pairedRatio([3, 6, 12], [1, 2, 4]), 3);
  assertEquals(pairedRatio([3, 8], [1, 2, 400]), 3.5);
});

Deno.test("ESGD's overhead counts a probe in a hundred and the update at every step", () => {
  const overhead = esgdOverhead(200, 100, { adam: 1, esgd: 2, esgdWithProbe: 12 });
  assertAlmostEquals(overhead, (200 + 10) / 100 / 100 + (2 - 1) / 100, 1e-12);
});

Deno.test("an update's overhead is what it takes more than Adam's, and what it observes beyond the gradient", () => {
  const summary = (median: number) => ({ median, min: median, max: median, count: 1 });
  const observed = { hessianProbe: summary(250), gaussNewtonSample: summary(180), kroneckerFactors: summary(120) };
  const times = { batch: 1, adam: summary(100), observed };
  // A step without its update of 2 takes 98.
  assertEquals(overhead(7, 2, times, { observations: 0 }), { update: 0.05, step: 0.05 });
  const { update, step } = overhead(7, 2, times, { observations: 0.1 }, "kroneckerFactors");
  assertAlmostEquals(update, 0.05, 1e-12);
  assertAlmostEquals(step, (5 + 0.1 * (120 - 98)) / 100, 1e-12);
});

Deno.test("refreshes repeat after the least common multiple of their intervals", () => {
  assertEquals(refreshPeriod({ options: { updateEvery: 4, basisEvery: 6, momentum: 5 } }), 12);
  assertEquals(refreshPeriod({ options: { learningRate: 3 } }), 1);
});

Deno.test("a profile is summed by phase and compared with its kind of limit", () => {
  const entry = { kernel: "k", dispatches: 2, flops: 4e6, bytes: 1e6, milliseconds: 2 };
  const { milliseconds, dispatches, phases, kernels } = breakdown(
    [{ ...entry, phase: "forward" }, { ...entry, phase: "backward", flops: 0 }, { ...entry, phase: "forward" }],
    { gflops: 8, gigabytesPerSecond: 5 },
  );
  assertEquals([milliseconds, dispatches], [6, 6]);
  assertEquals(phases, { forward: 4, backward: 2 });
  assertEquals(kernels.map(({ gflops, gigabytesPerSecond }) => [gflops, gigabytesPerSecond]), [[2, 0.5], [0, 0.5], [
    2,
    0.5,
  ]]);
  assertEquals(kernels.map(({ shareOfPeak }) => shareOfPeak), [0.25, 0.1, 0.25]);
});

Deno.test("figures have three digits and no exponent; columns are aligned", () => {
  assertEquals([0.01234, 1.2345, 12.345, 123456, NaN].map((value) => figure(value)), [
    "0.01",
    "1.23",
    "12.3",
    "123456",
    "?",
  ]);
  assertEquals([timeText(1234), timeText(12.34)], ["1.23 s", "12.3 ms"]);
  assertEquals(table(["a", "bb"], [["xyz", "1"]], 1), "a    bb\nxyz   1");
});

Deno.test("--batch is a list of different sizes", () => {
  const none = { peers: false, optimizers: false, scaling: false };
  assertEquals(batchSizes({ batch: "512, 7", ...none }), [512, 7]);
  for (const comparison of ["peers", "optimizers"]) {
    assertEquals(batchSizes({ batch: undefined, ...none, [comparison]: true }), [512, 16384]);
  }
  for (const batch of ["", "0", "5,", "1.5", "x", "8,8", "1e3", "99999999"]) {
    const { message } = assertThrows(() => batchSizes({ batch, ...none }), UserError);
    assertStringIncludes(message, `--batch: expected different integers from 1`);
    assertStringIncludes(message, `found "${batch}"`);
  }
});

Deno.test("the batch lies where fields are trained", () => {
  const { inputs, targets } = batchOf(1000);
  assertEquals([inputs.length, targets.length], [2000, 3000]);
  assert(inputs.every((value) => Math.abs(value) <= 1));
  assert(targets.every((value) => value >= 0 && value <= 1));
});

Deno.test({
  name: "a peer answers in turn, or its last words say why not",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const shell = (script: string) => ({ name: "fake", program: "/bin/sh", args: ["-c", script], products: false });
    const answers = `while read -r line; do echo '{"milliseconds": 5}'; echo '{"error": "tired"}'; done`;
    await using peer = new PeerProcess(shell(answers));
    assertEquals(await peer.ask({ ask: "steps", count: 1 }), { milliseconds: 5 });
    await assertRejects(() => peer.ask({ ask: "steps", count: 1 }), Error, "tired");
    await using broken = new PeerProcess(shell("echo first >&2; echo No module named torch >&2; exit 1"));
    await assertRejects(() => broken.ask({ ask: "matmul" }), Error, "No module named torch");
    await using silent = new PeerProcess({ ...shell("exec sleep 5"), patience: 20 });
    await assertRejects(() => silent.ask({ ask: "matmul" }), Error, "no answer within 0 s");
    const torch = (gflops: number) => ({ ...shell(`read -r line; echo '{"gflopsPerCore": ${gflops}}'`), name: TORCH });
    await assertRejects(() => Peer.start(torch(1.5)), Error, "libopenblas0-pthread");
    await using _good = await Peer.start(torch(40));
    assertThrows(() => new PeerProcess({ ...shell(""), program: "/nonexistent" }), Deno.errors.NotFound);
  },
});

Deno.test("a peer is given the parameters layer by layer", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const write = async (name: string, numbers: number[]) => {
      const path = `${folder}/${name}`;
      await Deno.writeFile(path, new Uint8Array(Float32Array.from(numbers).buffer));
      return path;
    };
    const task: PeerTask = {
      widths: [2, 1, 2],
      activation: { name: "sine", options: { omega: 30 } },
      rows: 1,
      learningRate: 1,
      parameters: await write("parameters", [1, 2, 3, 4, 5, 6, 7]),
      inputs: await write("inputs", [8, 9]),
      targets: await write("targets", [10, 11]),
    };
    const protocol = new URL("../../tasks/bench/peer_protocol.ts", import.meta.url).href;
    const script = `import { servePeer } from "${protocol}";
      await servePeer(({ layers: [first, last], x, y }) => {
        console.log("not an answer");
        const all = [...first.weight, ...first.bias, ...last.weight, ...last.bias, ...x, ...y];
        return Promise.resolve({ steps: () => Promise.resolve(Number(all.join("").slice(0, 13))) });
      });`;
    const args = ["run", "-A", "--no-check", `data:text/javascript,${encodeURIComponent(script)}`];
    await using peer = new PeerProcess({ name: "fake", program: Deno.execPath(), args, products: false });
    assertEquals(await peer.ask({ ask: "prepare", task }), { loss: 1234567891011 });
    assert((await peer.ask({ ask: "steps", count: 2 })).milliseconds! >= 0);
    await assertRejects(() => peer.ask({ ask: "products", count: 1 }), Error, "does not support");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a step's products are three for each layer, but two for the first, with padded widths", () => {
  const setup = { activation: "gaussian", width: 32, layers: 2, optimizer: "adam" } as const;
  assertEquals(stepFlops(setup, 64), 2 * 64 * (2 * 32 * 16 + 3 * 32 * 32 + 3 * 16 * 32));
});

Deno.test("--scaling relates batch sizes and widths to the first case", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const options = ["--scaling", "--batch", "64,128", "--width", "16", "--layers", "1", "--repeats", "2"];
    const { code, stdout, stderr } = await run(...options, "--kernels=register", "--json", `${folder}/scaling.json`);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "to batch 64");
    const { scaling }: ScalingFigures = JSON.parse(await Deno.readTextFile(`${folder}/scaling.json`));
    assertEquals(scaling.batches.map(({ batch }) => batch), [64, 128]);
    assertEquals(scaling.widths.map(({ width }) => width), [16, 64, 128, 256, 512]);
    const [reference, twice] = scaling.batches;
    assertEquals([reference.perSample.median, reference.perFlop.median], [1, 1]);
    assertEquals(twice.flops, 2 * reference.flops);
    assertAlmostEquals(twice.perSample.median, twice.perFlop.median, 1e-9);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("mistakes at the command line are one sentence and exit code 1", async () => {
  const cases: [string[], string][] = [
    [
      ["--batch", "512,many"],
      '--batch: expected different integers from 1 to 16777216, separated by commas, found "512,many"',
    ],
    [["--kernels", "fast"], "--kernels: expected one of auto, register"],
    [["--repeats", "0"], "--repeats: expected an integer of at least 1"],
    [["--peers", "--activation", "sinc"], "--peers: expected an activation among gaussian, sine, relu, found"],
    [
      ["--peers", "--optimizer", "sgd"],
      "--peers: expected --optimizer adam, which every library has, found --optimizer sgd.",
    ],
    [
      ["--optimizers", "--optimizer", "sgd"],
      "--optimizers: expected no --optimizer, because all are compared, found --optimizer sgd.",
    ],
    [
      ["--scaling", "--first-step"],
      "--first-step cannot be given with --scaling, which does not measure the first step.",
    ],
    [["--json", "missing/x.json"], "--json: expected a file in a folder that can be written to, but "],
    [["--json", "tasks"], "--json: expected a file, found the folder "],
    [["--ranks", "1,2"], '--ranks: expected different integers from 2 to 16777216, separated by commas, found "1,2".'],
    [["--ranks", "0"], '--ranks: expected different integers from 2 to 16777216, separated by commas, found "0".'],
    [
      ["--ranks", "2,3000", "--batch", "16"],
      "--ranks: expected at most as many processes as a batch has samples, 16, found 3000.",
    ],
    [["--network", "10,5"], "--network: expected --ranks with it, found none."],
    [["--optimizers", "--peers"], "--peers and --optimizers: expected one comparison, found 2."],
    [["--peer"], "Unknown option --peer: did you mean --peers?"],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await run(...args);
    assertEquals([code, stdout], [1, ""]);
    assertStringIncludes(stderr, `error: ${message}`);
    assertEquals(stderr.trim().split("\n").length, 1);
  }
});

Deno.test("a run writes every figure", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/bench.json`;
    const small = ["--batch", "32", "--width", "16", "--layers", "2", "--repeats", "1", "--kernels", "register"];
    const { code, stdout, stderr } = await outcome(
      startTask("bench", [...small, "--no-first-step", "--software", "--json", path], root, {}, "fast_process.ts"),
    );
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "2 × 16 gaussian, 371 parameters");
    const figures = JSON.parse(await Deno.readTextFile(path));
    assertEquals(figures.field.parameters, 371);
    assertEquals(figures.kernels.asked, "register");
    for (const name of ["gflops", "gigabytesPerSecond", "synchronisationMilliseconds"]) assert(figures.peak[name] > 0);
    assertEquals(figures.batches.map(({ batch }: { batch: number }) => batch), [32]);
    for (const { loss, step, gradient, product, productToGradient, profile } of figures.batches) {
      assert(loss > 0 && loss < 1);
      assertAlmostEquals(productToGradient, product.median / gradient.median, 1e-9);
      // One round, and first times that were so long that they count as another.
      assert(step.count === 1 || step.count === 2, `${step.count} rounds`);
      if (profile === undefined) continue; // an adapter without timestamps
      assertEquals(Object.keys(profile.step.phases), ["batch", "forward", "loss", "backward", "update"]);
      assert(profile.product.phases.probe > 0);
      assert(profile.step.kernels.some(({ flops }: { flops: number }) => flops > 0));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the comparison of optimizers has the costs of every update", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/optimizers.json`;
    const small = ["--batch", "32", "--width", "16", "--layers", "2", "--repeats", "1", "--kernels", "register"];
    const { code, stdout, stderr } = await run("--optimizers", ...small, "--software", "--json", path);
    assertEquals(code, 0, stderr);
    const { optimizers: { updates, steps } } = JSON.parse(await Deno.readTextFile(path)) as OptimizerFigures;
    assertEquals(updates.map(({ optimizer }) => optimizer), optimizerNames);
    for (const { optimizer, update, copy, toCopy, bytes, flops, overheads } of updates) {
      assertStringIncludes(stdout, `\n${optimizer} `);
      assert(update.median > 0 && bytes > 0);
      assertEquals(flops > 0, ["esgdSoap", "muon", "soap", "shampoo", "kfac"].includes(optimizer), optimizer);
      if (flops === 0) {
        // Of one round, unless the first times were so long that they count as another.
        const [low, high] = [update.min / copy!.max, update.max / copy!.min];
        assert(toCopy! >= low * (1 - 1e-9) && toCopy! <= high * (1 + 1e-9), `${optimizer}: ${toCopy}`);
      }
      assertEquals(overheads.map(({ batch }) => batch), [32]);
    }
    // Padded to a multiple of 64 entries; parameters, gradient and moments are read, all but the gradient written.
    const entries = (16 * 16 + 16 + 48) + (16 * 16 + 64) + (16 * 16 + 64);
    const costOf = (name: string) => updates.find(({ optimizer }) => optimizer === name)!;
    assertEquals([costOf("adam").bytes, costOf("adam").period], [7 * 4 * entries, 1]);
    assertEquals([costOf("esgd").period, costOf("esgd").observations], [100, 0.01]);
    assertEquals([costOf("soap").period, costOf("kfac").observations], [80, 0.1]);
    assertEquals(steps.map(({ batch }) => batch), [32]);
    for (const { median } of Object.values(steps[0].observed)) assert(median > 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the model of several processes: what is divided, what every process repeats, and where it pays", () => {
  const network = { bandwidth: 2, latency: 10 };
  // 14 messages of 10 µs, and 8 · 7/8 bytes for each number at 2 GB/s.
  assertAlmostEquals(exchangeTime(network, 8, 1e6), 0.14 + 3.5, 1e-9);
  const inputs = { batch: 1000, alone: 110, update: 10, exchange: 11 };
  const { model, efficiency, paysFrom, efficientFrom } = rankFigures(inputs, 4, 50, 4);
  assertAlmostEquals(model, 25 + 10 + 11 + 4, 1e-9);
  assertAlmostEquals(efficiency, 110 / 200, 1e-9);
  for (const [batch, expected] of [[paysFrom, 1 / 4], [efficientFrom, 0.9]]) {
    const efficiencyOf = (samples: number) => (0.1 * samples + 10) / (4 * (0.1 * samples / 4 + 25));
    // A sample more or less is rounding.
    assert(efficiencyOf(batch + 1) >= expected && efficiencyOf(batch - 2) < expected);
  }
});

Deno.test("an efficiency above 100 % is said to be that of a busy machine", () => {
  const inputs = { batch: 64, alone: 100, update: 1, exchange: 1 };
  const setting = {
    adapter: { name: "a GPU" },
    field: { layers: 1, width: 16, activation: "sine", parameters: 99 },
    kernels: { asked: "register", chosen: {} },
    network: { bandwidth: 1, latency: 1 },
  };
  const reported = (step: number) => {
    const ranks = [{ ...rankFigures(inputs, 2, step, 1), spread: 0.05 }];
    const cases = [{ optimizer: "adam", period: 1, numbers: 10, ...inputs, ranks }];
    return ranksReport({ ...setting, cases } as unknown as RanksFigures);
  };
  assertMatch(reported(60), / 83 ± 5\.0 % /);
  assert(!reported(60).includes("was busy"));
  assertStringIncludes(reported(40), "the machine was busy with something else");
});

Deno.test("a step of one of several processes is measured for each optimizer", async () => {
  const small = ["--batch", "64", "--width", "16", "--layers", "1", "--repeats", "1", "--kernels", "register"];
  const { code, stdout, stderr } = await run("--ranks", "2,4", "--optimizer", "soap", ...small, "--software");
  assertEquals(code, 0, stderr);
  for (const ranks of [2, 4]) assertMatch(stdout, new RegExp(`^soap +64  ${ranks} .* ms .* ± .* %`, "m"));
});
