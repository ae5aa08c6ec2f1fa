import type { Gpu } from "../../../lib/gpu/device.ts";
import type { OperandAccess } from "../../../lib/gpu/operand_access.ts";
import type { KernelChoice } from "../../../lib/linalg/gemm/family.ts";
import { recordCopy } from "../../bench/peak.ts";
import { figure } from "../../bench/table.ts";
import { canProfile } from "../../bench/timing.ts";
import { Workload } from "../../bench/workload.ts";
import { median } from "../../shell/statistics.ts";
import { setupAt } from "../fields.ts";
import { type Context, openFor, REPEATS, type Section } from "../section.ts";

/** What dispatches cost the host, in microseconds. */
interface HostCost {
  readonly kernels: KernelChoice;
  /** How kernels read their operands: before they read textures, what was written is copied, which the host records as well. */
  readonly operands: OperandAccess;
  /** Dispatches of a step. */
  readonly dispatches: number;
  /** Recording a dispatch. */
  readonly recording: number;
  /** A dispatch's share of encoding and submitting what was recorded. */
  readonly submitting: number;
}

/** What launches cost. */
interface LaunchFigures {
  readonly host: readonly HostCost[];
  /** Microseconds of a dispatch that does next to nothing, after another on which it depends, by the device's timestamps. */
  readonly emptyDispatch?: number;
  /** Microseconds of the same by the clock, which counts whatever is slower, host or device. */
  readonly dispatchByClock?: number;
  /** What the clock measures for some work, divided by what timestamps measure: 1 if these count nanoseconds. */
  readonly clockToTimestamps?: number;
}

const KERNELS = ["register", "fused"] as const;
/** Few rows, so that the device is soon done. */
const BATCH = 16;
/** Dispatches of a submit whose host time is measured. */
const SUBMIT = 400;
/** Empty dispatches of a submit. */
const MANY = 2000;
/** Dispatches of a short submit, to be subtracted from those of a long one. */
const FEW = 100;
/** Bytes that are copied for comparing clock and timestamps. */
const BYTES = 2 ** 25;
/** Milliseconds that it should take: a wait for the device takes up to 12 itself. */
const LONG = 400;

/** What launching kernels costs host and device. */
export const launchesSection: Section<LaunchFigures> = {
  key: "launches",
  title: "Launches",
  share: 5,
  async measure(context) {
    const dispatchByClock = context.peak?.dispatchMicroseconds;
    const device = await measureDevice(context);
    const host: HostCost[] = [];
    for (const kernels of KERNELS) {
      const name = `host time of dispatches, ${kernels}`;
      context.progress(name);
      if (context.allowance.isOver) context.leaveOut(name);
      else host.push(await measureHost(context, kernels));
    }
    return { host, dispatchByClock, ...device };
  },
  describe({ host, emptyDispatch, dispatchByClock, clockToTimestamps = NaN }) {
    const total = ({ recording, submitting }: HostCost) => recording + submitting;
    const strange = Math.abs(Math.log(clockToTimestamps)) > Math.log(1.3);
    return {
      findings: [
        ...host.map((each) =>
          `Launches: a dispatch takes ${
            figure(total(each), 2)
          } µs of the host (${each.kernels}, operands from ${each.operands}s).`
        ),
        ...emptyDispatch === undefined ? [] : [
          `Launches: an empty dispatch takes ${figure(emptyDispatch, 2)} µs of the device.`,
        ],
        ...strange
          ? [
            `Timestamps: a unit lasts ${
              figure(clockToTimestamps)
            } ns, not 1; all times by timestamps must be multiplied by it.`,
          ]
          : [],
      ],
      paragraphs: [
        `Host time of each dispatch of a step of 4 × 256 with Adam, in submits of about ${SUBMIT} dispatches. Where operands are read ` +
        "from textures, what was written is copied to them first, which costs the host more.",
        ...dispatchByClock === undefined
          ? []
          : [`By the clock, small dispatches take ${figure(dispatchByClock)} µs each, host and device together.`],
      ],
      tables: [{
        columns: [
          "kernels",
          "operands",
          "dispatches of a step",
          "recording, µs",
          "encoding and submitting, µs",
          "together, µs",
        ],
        numbersFrom: 2,
        rows: host.map((each) => [
          each.kernels,
          each.operands,
          String(each.dispatches),
          ...[each.recording, each.submitting, total(each)].map((time) => figure(time, 2)),
        ]),
      }],
    };
  },
};

/** What only timestamps tell. */
async function measureDevice(context: Context): Promise<Pick<LaunchFigures, "emptyDispatch" | "clockToTimestamps">> {
  using gpu = await openFor(context);
  if (!canProfile(gpu)) return {};
  context.progress("empty dispatches");
  const emptyDispatch = await measureEmpty(gpu);
  context.progress("clock and timestamps");
  if (!context.allowance.isOver) return { emptyDispatch, clockToTimestamps: await compareClocks(gpu) };
  context.leaveOut("the unit of timestamps");
  return { emptyDispatch };
}

async function measureHost(context: Context, kernels: KernelChoice): Promise<HostCost> {
  using gpu = await openFor(context, { kernels });
  using workload = new Workload(gpu, setupAt(256), BATCH);
  await workload.prepare();
  const { dispatches } = gpu.tally(() => workload.recordStep());
  const steps = Math.ceil(SUBMIT / dispatches);
  const recording: number[] = [];
  const submitting: number[] = [];
  // The first round is not counted.
  for (let round = 0; round <= REPEATS && (round < 2 || !context.allowance.isOver); round++) {
    await gpu.synchronize();
    const begin = performance.now();
    for (let i = 0; i < steps; i++) workload.recordStep();
    const recorded = performance.now();
    gpu.flush();
    const submitted = performance.now();
    if (round === 0) continue;
    recording.push((recorded - begin) / steps / dispatches * 1000);
    submitting.push((submitted - recorded) / steps / dispatches * 1000);
  }
  await gpu.synchronize();
  // The best round: others share the processor with something else.
  const { operands } = gpu.tuner;
  return { kernels, operands, dispatches, recording: Math.min(...recording), submitting: Math.min(...submitting) };
}

/** Microseconds of one more dispatch of one workgroup in a submit. */
async function measureEmpty(gpu: Gpu): Promise<number> {
  using source = gpu.buffer("tiny source", 1024);
  using destination = gpu.buffer("tiny destination", 1024);
  const time = async (count: number) => {
    const [{ begin, end }] = await gpu.timeSubmits(() => {
      for (let i = 0; i < count; i++) recordCopy(gpu, source, destination, 64);
      return Promise.resolve();
    });
    return end - begin;
  };
  await time(FEW);
  const slopes: number[] = [];
  for (let i = 0; i < REPEATS; i++) slopes.push((await time(MANY) - await time(FEW)) / (MANY - FEW) * 1000);
  return median(slopes);
}

/** The clock's time for long work, divided by the timestamps'. */
async function compareClocks(gpu: Gpu): Promise<number> {
  using source = gpu.buffer("source", BYTES);
  using destination = gpu.buffer("destination", BYTES);
  for (let copies = 16;; copies *= 2) {
    const record = () => {
      for (let i = 0; i < copies; i++) recordCopy(gpu, source, destination, BYTES / 16);
    };
    await gpu.synchronize();
    let clock = 0;
    const [{ begin, end }] = await gpu.timeSubmits(async () => {
      const before = performance.now();
      record();
      await gpu.synchronize();
      clock = performance.now() - before;
    });
    if (clock >= LONG || copies >= MANY) return clock / (end - begin);
  }
}
