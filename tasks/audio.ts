/**
 * `deno task audio`: trains a field on a sound and writes the reconstruction, plots and checkpoints to a run folder.
 *
 * @module
 */
import { audioTask } from "./audio/task.ts";
import { runTask } from "./shell/main.ts";
import { runTraining } from "./training/run_training.ts";

if (import.meta.main) await runTask((args, signal) => runTraining(audioTask, args, signal));
