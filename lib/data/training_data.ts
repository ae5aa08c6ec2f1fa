import { OBJECTIVE } from "../hyperparameter/arguments.ts";
import { checkMember } from "../hyperparameter/members.ts";
import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import { type PermutationUniforms, permutationUniforms, streams } from "../gpu/random.ts";
import type { ChunkRequest, MatrixPlace } from "../diff/request.ts";
import type { NamedArrays } from "../field/evaluate.ts";
import type { Field } from "../field/field.ts";
import { type Batch, namedBatch } from "../objective/batch.ts";
import { type Objective, targetsOf } from "../objective/objective.ts";
import { checkFinite } from "./check_finite.ts";
import orderedText from "../../wgsl/data/ordered_rows.wgsl" with { type: "text" };
import tableText from "../../wgsl/data/batch_table.wgsl" with { type: "text" };

/** Training samples on the device. The trainer decides which of them form a batch. */
export interface TrainingData extends Disposable {
  /** The number of samples of an epoch. */
  readonly count: number;
  /** The number of samples that there are in all; Infinity where every epoch has new ones. By default {@linkcode TrainingData.count}. */
  readonly population?: number;
  /** Records copying samples to a chunk's inputs and targets. */
  readonly fill: BatchFill;
}

/** How samples are copied to a chunk. */
export interface BatchFill {
  /** Copies the samples `indices[chunk.first + i]`, i < chunk.samples. */
  (chunk: ChunkRequest, indices: DeviceBuffer, draw: Draw): void;
  /**
   * Copies the samples in the order of an epoch: the one at place order.first + chunk.first + i becomes the chunk's i-th. Data that can do
   * so saves the dispatch that lists their numbers.
   */
  readonly inOrder?: (chunk: ChunkRequest, order: EpochOrder) => void;
}

/** The order of an epoch's samples, a random permutation of all. `orderUniforms` are those of the snippet `permuted` for it. */
export interface EpochOrder {
  /** The run's seed. */
  readonly seed: number;
  /** The epoch, counted from 0. */
  readonly epoch: number;
  /** Place of the batch's first sample in the order. */
  readonly first: number;
}

/** The uniforms by which a kernel that includes the snippet `permuted` gets an epoch's order of `count` samples. */
export function orderUniforms(count: number, { seed, epoch }: EpochOrder): PermutationUniforms {
  return permutationUniforms(count, { seed, stream: streams.order, step: epoch });
}

/** The key of random numbers that data may draw. It makes a resumed run draw the same numbers. */
export interface Draw {
  /** The run's seed. */
  readonly seed: number;
  /** The training step, counted from 0. */
  readonly step: number;
  /** The epoch, counted from 0. */
  readonly epoch: number;
}

const tableSource = { name: "batch_table", text: tableText };
const orderedSource = { name: "ordered_rows", text: orderedText };

/**
 * Uploads arrays to the device as training data for a field and an objective.
 *
 * @param field A field, or the device and the description of one.
 */
export function tableData(
  { gpu, description }: Pick<Field, "gpu" | "description">,
  objective: Objective,
  data: Batch,
): TrainingData {
  checkMember("tableData: objective", objective, OBJECTIVE);
  const { inputs, targets, samples } = namedBatch(description, objective, data, "data");
  for (
    const [kind, arrays, widths] of [
      ["inputs", inputs, new Map(Object.entries(description.inputs))],
      ["targets", targets, targetsOf(objective, description)],
    ] as const
  ) {
    for (const [name, array] of Object.entries(arrays)) {
      const width = widths.get(name)!;
      checkFinite(array, (i) => `data: ${kind}: ${name}, row ${Math.floor(i / width)}, column ${i % width}`);
    }
  }
  const { rowsPerSample = 1 } = objective;
  const upload = (arrays: NamedArrays) =>
    new Map(
      Object.entries(arrays).map(([name, array]) => {
        const buffer = gpu.buffer(`data ${name}`, array.byteLength);
        gpu.write(buffer, array);
        return [name, buffer];
      }),
    );
  const inputTables = upload(inputs);
  const targetTables = upload(targets);
  const inOrder = (chunk: ChunkRequest, order: EpochOrder) => {
    const tables = [...tablesOf(inputTables, chunk.inputs), ...tablesOf(targetTables, chunk.targets)];
    for (let i = 0; i < tables.length; i += 2) {
      recordInOrder(gpu, { count: samples, tables: tables.slice(i, i + 2), chunk, order });
    }
  };
  return {
    count: samples,
    fill: Object.assign((chunk: ChunkRequest, indices: DeviceBuffer) => {
      const { first } = chunk;
      const copy = (table: DeviceBuffer, place: MatrixPlace, rows: number, paddedRows: number, group: number) => {
        const { buffer, width, stride } = place;
        gpu.dispatch(
          gpu.kernel(tableSource),
          { indices, table, batch: buffer },
          { rows, padded_rows: paddedRows, columns: width, stride, first, group },
          linearGroups(paddedRows * stride, 64),
        );
      };
      for (const [name, place] of chunk.inputs) {
        copy(inputTables.get(name)!, place, chunk.rows, chunk.paddedRows, rowsPerSample);
      }
      for (const [name, place] of chunk.targets) {
        copy(targetTables.get(name)!, place, chunk.samples, chunk.paddedSamples, 1);
      }
    }, { inOrder: rowsPerSample === 1 ? inOrder : undefined }),
    [Symbol.dispose]() {
      for (const buffer of [...inputTables.values(), ...targetTables.values()]) buffer[Symbol.dispose]();
    },
  };
}

/** A table of samples and where the rows of a batch go. */
interface TableCopy {
  readonly table: DeviceBuffer;
  readonly place: MatrixPlace;
}

function tablesOf(
  tables: ReadonlyMap<string, DeviceBuffer>,
  places: ReadonlyMap<string, MatrixPlace>,
): TableCopy[] {
  return Array.from(places, ([name, place]) => ({ table: tables.get(name)!, place }));
}

/** Records copying samples from one or two tables in the order of an epoch. */
function recordInOrder(
  gpu: Gpu,
  { count, tables: [one, other], chunk: { first, samples: rows, paddedSamples }, order }: {
    readonly count: number;
    readonly tables: readonly TableCopy[];
    readonly chunk: ChunkRequest;
    readonly order: EpochOrder;
  },
): void {
  const buffers: Record<string, DeviceBuffer> = { table0: one.table, batch0: one.place.buffer };
  if (other !== undefined) Object.assign(buffers, { table1: other.table, batch1: other.place.buffer });
  gpu.dispatch(
    gpu.kernel(orderedSource, { tables: other === undefined ? 1 : 2 }),
    buffers,
    {
      rows,
      padded_rows: paddedSamples,
      columns0: one.place.width,
      stride0: one.place.stride,
      columns1: other?.place.width ?? 0,
      stride1: other?.place.stride ?? 0,
      first: order.first + first,
      ...orderUniforms(count, order),
    },
    linearGroups(paddedSamples, 64),
  );
}

/** Arrays are put on the device, and freed when what is returned is disposed; data that is there already is left alone. */
export function onDevice(field: Field, objective: Objective, data: TrainingData | Batch): TrainingData {
  if (!("fill" in data)) return tableData(field, objective, data);
  return {
    count: data.count,
    population: data.population,
    fill: Object.assign((...request: Parameters<BatchFill>) => data.fill(...request), { inOrder: data.fill.inOrder }),
    [Symbol.dispose]() {},
  };
}
