import { OBJECTIVE } from "../hyperparameter/arguments.ts";
import { checkMember } from "../hyperparameter/members.ts";
import type { DeviceBuffer } from "../gpu/buffer.ts";
import { linearGroups } from "../gpu/groups.ts";
import type { ChunkRequest, MatrixPlace } from "../diff/request.ts";
import type { NamedArrays } from "../field/evaluate.ts";
import type { Field } from "../field/field.ts";
import { type Batch, namedBatch } from "../objective/batch.ts";
import { type Objective, targetsOf } from "../objective/objective.ts";
import { checkFinite } from "./check_finite.ts";
import tableText from "../../wgsl/data/batch_table.wgsl" with { type: "text" };

/** Training samples on the device. The trainer decides which of them form a batch. */
export interface TrainingData extends Disposable {
  /** The number of samples of an epoch. */
  readonly count: number;
  /** The number of samples that there are in all; Infinity where every epoch has new ones. By default {@linkcode TrainingData.count}. */
  readonly population?: number;
  /** Records copying the samples `indices[chunk.first + i]`, i < chunk.samples, to the chunk's inputs and targets. */
  fill(chunk: ChunkRequest, indices: DeviceBuffer, draw: Draw): void;
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
  return {
    count: samples,
    fill(chunk, indices) {
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
    },
    [Symbol.dispose]() {
      for (const buffer of [...inputTables.values(), ...targetTables.values()]) buffer[Symbol.dispose]();
    },
  };
}

/** Arrays are put on the device, and freed when what is returned is disposed; data that is there already is left alone. */
export function onDevice(field: Field, objective: Objective, data: TrainingData | Batch): TrainingData {
  if (!("fill" in data)) return tableData(field, objective, data);
  return {
    count: data.count,
    population: data.population,
    fill: (chunk, indices, epoch) => data.fill(chunk, indices, epoch),
    [Symbol.dispose]() {},
  };
}
