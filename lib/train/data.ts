import type { DeviceBuffer } from "../gpu/buffer.ts";
import { linearGroups } from "../gpu/groups.ts";
import type { ChunkRequest } from "../diff/differentiator.ts";
import { byName, type NamedArrays } from "../field/evaluate.ts";
import type { Field } from "../field/field.ts";
import type { Objective } from "../objective/objective.ts";
import tableText from "../../wgsl/batch_table.wgsl" with { type: "text" };

/** Samples to train on, on the device. The trainer decides which of them make a batch. */
export interface TrainingData extends Disposable {
  /** Samples in an epoch. */
  readonly count: number;
  /**
   * Records putting samples `indices[chunk.first + i]`, i < chunk.rows, in place. Data that are new each epoch key them by
   * `epoch`, counted from 0, and the sample's number.
   */
  fill(chunk: ChunkRequest, indices: DeviceBuffer, epoch: number): void;
}

/** Samples in arrays on the host. */
export interface HostData {
  /** `[n, inputs]` row-major; with several named inputs a record of such arrays. */
  readonly inputs: Float32Array | NamedArrays;
  /** `[n, outputs]` row-major; where the objective reads several outputs a record of such arrays by output. */
  readonly targets: Float32Array | NamedArrays;
}

const tableSource = { name: "batch_table", text: tableText };

/** Puts arrays on the device as training data for one field and objective. */
export function tableData(field: Field, objective: Objective, data: HostData): TrainingData {
  const { gpu, description } = field;
  const inputs = byName(data.inputs, new Map(Object.entries(description.inputs)), "inputs");
  const targets = byName(data.targets, objective.reads(description), "targets");
  if (inputs.rows !== targets.rows) {
    throw new Error(`data: ${inputs.rows} rows of inputs, but ${targets.rows} of targets.`);
  }
  if (inputs.rows === 0) throw new Error("data: it has no samples.");
  const upload = (arrays: NamedArrays) =>
    new Map(
      Object.entries(arrays).map(([name, array]) => {
        const buffer = gpu.buffer(`data ${name}`, array.byteLength);
        gpu.write(buffer, array);
        return [name, buffer];
      }),
    );
  const tables = [upload(inputs.arrays), upload(targets.arrays)];
  return {
    count: inputs.rows,
    fill({ first, rows, paddedRows, inputs, targets }, indices) {
      [inputs, targets].forEach((places, i) => {
        for (const [name, { buffer, width, stride }] of places) {
          gpu.dispatch(
            gpu.kernel(tableSource),
            { indices, table: tables[i].get(name)!, batch: buffer },
            { rows, padded_rows: paddedRows, columns: width, stride, first },
            linearGroups(paddedRows * stride, 64),
          );
        }
      });
    },
    [Symbol.dispose]() {
      for (const buffers of tables) for (const buffer of buffers.values()) buffer[Symbol.dispose]();
    },
  };
}

/** Arrays are put on the device, and freed when what is returned is disposed; data that is there already is left alone. */
export function onDevice(field: Field, objective: Objective, data: TrainingData | HostData): TrainingData {
  if (!("fill" in data)) return tableData(field, objective, data);
  return {
    count: data.count,
    fill: (chunk, indices, epoch) => data.fill(chunk, indices, epoch),
    [Symbol.dispose]() {},
  };
}
