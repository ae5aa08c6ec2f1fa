import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import type { Field } from "../../lib/field/field.ts";
import type { VolumeOptions } from "../../lib/objective/volume_rendering.ts";
import { openRunFolder } from "../run/open_run_folder.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { deviceChoice, type DeviceValues } from "../shell/device_options.ts";
import { pendingWork } from "../shell/pending_work.ts";
import { runPath } from "../shell/run_path.ts";
import { EarlierRun } from "../training/earlier_run.ts";
import { readSceneRecord, type SceneRecord } from "./scene_record.ts";
import { volumeFor } from "./settings.ts";
import { nerfTask } from "./task.ts";

/** The field of a run, on a device, with what rendering it needs. The scene's files are not among that. */
interface TrainedRun {
  readonly folder: RunFolder;
  readonly field: Field;
  /** The step at which the field was saved. */
  readonly step: number;
  readonly record: SceneRecord;
  readonly volume: VolumeOptions;
}

/** Opens a device, loads the field of a run's last checkpoint, and does some work with it. */
export async function withTrainedRun(
  values: DeviceValues & { readonly run: string },
  work: (run: TrainedRun) => Promise<void>,
): Promise<void> {
  const folder = await openRunFolder(runPath(values.run));
  const earlier = await EarlierRun.read(folder, nerfTask);
  const record = await readSceneRecord(folder);
  using gpu = await openDevice(deviceChoice(values));
  gpu.tuner.adopt(earlier.kernels);
  await using _work = pendingWork(gpu);
  const settled = nerfTask.settle(earlier.values, gpu.adapter);
  const { field, step } = await earlier.loadField(gpu, nerfTask.field(settled, nerfTask.sizes.outputs));
  using _field = field;
  await work({ folder, field, step, record, volume: volumeFor(settled, record.background) });
}
