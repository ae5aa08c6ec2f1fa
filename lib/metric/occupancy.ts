import { checkOptions } from "../hyperparameter/members.ts";
import { checkArguments, FIELD, OPTIONS } from "../hyperparameter/arguments.ts";
import { checkPointField } from "../data/mesh/field_grid.ts";
import { checkCount, isUniform, OccupancySampler, type PointRequest } from "../data/mesh/occupancy_sampler.ts";
import { Evaluation, EVALUATION_OPTIONS, type EvaluationOptions } from "../field/evaluate.ts";
import type { Field } from "../field/field.ts";
import { padRows } from "../linalg/gemm/shape.ts";
import type { DeviceBuffer } from "../gpu/buffer.ts";
import { permutedIndices, streams } from "../gpu/random.ts";

/**
 * How well a field predicts which points are inside. A point is predicted inside if p > ½, that is, if its logit is above 0. The
 * intersection over union (IoU) is 1 if no point is inside and none is predicted inside.
 */
export interface OccupancyScores {
  /** The number of points. */
  readonly points: number;
  /** IoU over all points. */
  readonly iou: number;
  /** IoU over the half of the points that is uniform in the cube. */
  readonly iouUniform: number;
  /** IoU over the half of the points that is near the surface. */
  readonly iouNear: number;
  /** The fraction of all points that are predicted correctly. */
  readonly accuracy: number;
  /** Mean binary cross-entropy over all points, in nats. */
  readonly crossEntropy: number;
}

/** The sizes of intersection (`both`) and union (`either`) of the inside points and those predicted inside. */
interface Counts {
  both: number;
  either: number;
}

const SAMPLER = { expected: "an OccupancySampler", holds: (value: unknown) => value instanceof OccupancySampler };

/**
 * Scores a field that outputs one logit. The points are the same for every run on a mesh: the first `count` of a fixed sequence, of
 * which half are uniform in [−1, 1]³ and a quarter each are on the surface plus noise of standard deviation 0.1 and 0.01. They are
 * drawn, labelled and evaluated on the device in chunks.
 *
 * @param options.count The number of points; 10⁶ by default.
 * @throws {RangeError} If the field does not have exactly one input of width 3, or the count is not an integer from 1 to 2³¹.
 */
export async function scoreOccupancy(
  field: Field,
  sampler: OccupancySampler,
  options: EvaluationOptions & { readonly count?: number } = {},
): Promise<OccupancyScores> {
  checkOptions("scoreOccupancy", options, { ...EVALUATION_OPTIONS, count: true });
  checkArguments("scoreOccupancy", { field: [field, FIELD], sampler: [sampler, SAMPLER], options: [options, OPTIONS] });
  const { count = 1_000_000, memory, signal } = options;
  checkCount(count);
  checkPointField("scoreOccupancy", field.description);
  const near: Counts = { both: 0, either: 0 };
  const uniform: Counts = { both: 0, either: 0 };
  let [right, entropy] = [0, 0];
  const drawn = { epoch: 0, seed: 0, mix: "halves" as const, stream: streams.heldOut };
  for await (const { first, logits, labels } of labelledLogits(field, sampler, { count, drawn, memory, signal })) {
    for (let i = 0; i < logits.length; i++) {
      const [logit, inside] = [logits[i], labels[i] > 0];
      const counts = isUniform(first + i) ? uniform : near;
      if (logit > 0 && inside) counts.both++;
      if (logit > 0 || inside) counts.either++;
      if (logit > 0 === inside) right++;
      entropy += Math.max(logit, 0) - (inside ? logit : 0) + Math.log1p(Math.exp(-Math.abs(logit)));
    }
  }
  return {
    points: count,
    iou: intersectionOverUnion({ both: uniform.both + near.both, either: uniform.either + near.either }),
    iouUniform: intersectionOverUnion(uniform),
    iouNear: intersectionOverUnion(near),
    accuracy: right / count,
    crossEntropy: entropy / count,
  };
}

/** A training batch. */
export interface TrainedBatch {
  /** Epoch, counted from 0. */
  readonly epoch: number;
  /** Position of the batch's first point in the epoch. */
  readonly first: number;
  /** The number of points of the batch. */
  readonly rows: number;
  /** The number of points of an epoch. */
  readonly count: number;
  /** The run's seed. */
  readonly seed: number;
}

/**
 * Intersection over union on a training batch, which is drawn again. This is the metric of the published comparison. It must not be
 * compared with a score on held-out points.
 *
 * @param level The logit above which a point is predicted inside.
 * @param signal Stops the scoring between two chunks by throwing the signal's reason.
 */
export async function scoreBatch(
  field: Field,
  sampler: OccupancySampler,
  batch: TrainedBatch,
  level: number,
  signal?: AbortSignal,
): Promise<number> {
  const { epoch, first, rows, count, seed } = batch;
  using indices = field.gpu.buffer("batch samples", rows * 4);
  const key = { seed, stream: streams.order, step: epoch };
  permutedIndices(field.gpu, indices, { rows, first, count, key });
  const drawn = { epoch, seed, mix: "thirds" as const, stream: streams.points };
  const counts: Counts = { both: 0, either: 0 };
  for await (
    const { logits, labels } of labelledLogits(field, sampler, { count: rows, drawn, given: indices, signal })
  ) {
    logits.forEach((logit, i) => {
      if (logit > level && labels[i] > 0) counts.both++;
      if (logit > level || labels[i] > 0) counts.either++;
    });
  }
  return intersectionOverUnion(counts);
}

/** The IoU; 1 if no point is inside and none is predicted inside, because then every prediction is right. */
function intersectionOverUnion({ both, either }: Counts): number {
  return either === 0 ? 1 : both / either;
}

/** The points that {@linkcode labelledLogits} evaluates. */
interface LabelledRequest extends EvaluationOptions {
  /** The number of points. */
  readonly count: number;
  /** How they are drawn. */
  readonly drawn: Pick<PointRequest, "epoch" | "seed" | "mix" | "stream">;
  /** The numbers of the samples; by default they are numbered from 0. */
  readonly given?: DeviceBuffer;
}

/** Yields logits and labels of points, chunk by chunk. */
async function* labelledLogits(
  field: Field,
  sampler: OccupancySampler,
  { count, drawn, given, ...options }: LabelledRequest,
) {
  const { gpu, description } = field;
  using evaluation = new Evaluation(field, count, options);
  const { chunk, network } = evaluation;
  using counted = gpu.buffer("held-out samples", chunk * 4);
  using labels = gpu.buffer("held-out labels", chunk * 16);
  const [input] = Object.keys(description.inputs);
  const { value, width, padded } = network.node(input);
  const points = { buffer: value, width, stride: padded };
  const place = { buffer: labels, width: 1, stride: 4 };
  for (let first = 0; first < count; first += chunk) {
    const rows = Math.min(chunk, count - first);
    // Without given indices, the samples are numbered from 0.
    if (given === undefined) gpu.write(counted, Uint32Array.from({ length: rows }, (_, i) => first + i));
    const [indices, from] = given === undefined ? [counted, 0] : [given, first];
    sampler.record({ points, labels: [place], indices, first: from, rows, paddedRows: padRows(rows), ...drawn });
    const results = evaluation.prepare(rows);
    await evaluation.run(0, rows, results);
    const [bytes] = await gpu.read(labels.slice(0, rows * 16));
    const padded4 = new Float32Array(bytes);
    yield {
      first,
      logits: Object.values(results)[0],
      labels: Uint8Array.from({ length: rows }, (_, i) => padded4[4 * i]),
    };
  }
}
