import { assert, assertEquals, assertLess } from "@std/assert";
import {
  adam,
  createField,
  createOptimizer,
  esgd,
  gaussian,
  meanSquaredError,
  mlp,
  muon,
  type OptimizerSpec,
  soap,
  train,
} from "../../mod.ts";
import { Pace } from "../../lib/train/pace.ts";
import { otherClock } from "../support/clock.ts";
import { fileDevice } from "../support/device.ts";

const gpu = await fileDevice({ kernels: "register" });
const STEPS = 200;

/** What the host asks of the device, in order: "submit", "read" (of a buffer) and "wait" (for all work). */
async function requestsOf(work: () => Promise<void>): Promise<string[]> {
  const requests: string[] = [];
  using stack = new DisposableStack();
  const note = (prototype: object, method: string, request: string) => {
    const original = Reflect.get(prototype, method) as (...args: unknown[]) => unknown;
    Reflect.set(prototype, method, function (this: unknown, ...args: unknown[]) {
      requests.push(request);
      return original.apply(this, args);
    });
    stack.defer(() => Reflect.set(prototype, method, original));
  };
  note(GPUQueue.prototype, "submit", "submit");
  note(GPUQueue.prototype, "onSubmittedWorkDone", "wait");
  note(GPUBuffer.prototype, "mapAsync", "read");
  await work();
  return requests;
}

const specs: OptimizerSpec[] = [adam(), esgd({ updateEvery: 10 }), muon(), soap({ updateEvery: 10 })];

for (const spec of specs) {
  Deno.test(`${spec.name}: in ${STEPS} steps nothing is read and nothing waited for but where losses are looked at`, async () => {
    using field = createField(gpu, mlp({ inputs: 2, hidden: [16, 16], outputs: 1, activation: gaussian() }), {
      seed: 1,
    });
    using optimizer = createOptimizer(gpu, spec, field.layout);
    const inputs = Float32Array.from({ length: 2 * 512 }, (_, i) => Math.cos(i * 1.7));
    const data = { inputs, targets: new Float32Array(512).fill(0.5) };
    const events = train({
      ...{ field, optimizer, data, objective: meanSquaredError() },
      ...{ batchSize: 64, steps: STEPS, epochEvents: STEPS },
    });
    // The first event comes when everything is compiled and chosen.
    await events.next();
    const looks: number[] = [];
    const requests = await requestsOf(async () => {
      for await (const { type, step } of events) if (type !== "end") looks.push(step);
    });
    assertEquals(looks.at(-1), STEPS);
    // A look reads losses and flags together, after a submit.
    assertEquals(requests.filter((each) => each === "read").length, 2 * looks.length);
    assertEquals(requests.filter((each) => each === "wait"), []);
    const text = requests.join(" ").replaceAll("read read", "look");
    assert(/^(submit )+look( (submit )+look)*( submit)*$/.test(text), text);
    // Bursts grow, also on a machine that is busy with something else.
    assertLess(looks.length, STEPS / 2);
  });
}

Deno.test("what is recorded is submitted soon, then in longer parts while the device keeps up, of a tenth of a second at most", () => {
  let time = 0;
  using _ = otherClock(() => time);
  const pace = new Pace(1000);
  /** Steps of each submit, if recording one takes so many milliseconds. */
  const submits = (recording: number, count: number) => {
    pace.begin();
    return Array.from({ length: count }, () => {
      for (let steps = 1;; steps++) {
        time += recording;
        if (pace.isDue()) return steps;
      }
    });
  };
  assertEquals(submits(0.25, 2), [1, 1], "steps whose time is not known");
  pace.took(1, 60);
  assertEquals(submits(0.25, 2), [2, 2], "steps of 60 ms");
  pace.took(1000, 1000);
  assertEquals(submits(0.25, 6), [8, 16, 32, 64, 100, 100], "recording takes a quarter of a step's time");
  pace.took(1000, 1000);
  assertEquals(submits(1, 4), [2, 2, 2, 2], "recording takes as long as a step");
});

Deno.test("losses are looked at about every second, sooner where the ring of losses is full", () => {
  const pace = new Pace(1000);
  /** Steps between looks, if a step takes so many milliseconds. */
  const bursts = (milliseconds: number, count: number) =>
    Array.from({ length: count }, () => {
      const { burst } = pace;
      pace.took(burst, milliseconds * burst);
      return burst;
    });
  assertEquals(bursts(10, 6), [1, 4, 16, 64, 100, 100], "steps of 10 ms");
  assertEquals(bursts(0.125, 4), [100, 400, 1000, 1000], "steps of an eighth of a millisecond");
  assertEquals(bursts(2000, 3), [1000, 1, 1], "steps of two seconds");
});
