import { reopeningDevice } from "../shell/device_losses.ts";
import { parseOptions } from "../shell/options.ts";
import { ProgressLine } from "../shell/progress.ts";
import { timedProgress } from "./timed_progress.ts";
import { renderCommand } from "./command.ts";
import { mp4Command, renderFrames, unfinishedPath } from "./frames.ts";
import { withTrainedRun } from "./trained_run.ts";

/**
 * `deno task nerf render`: renders frames from the last checkpoint of a run. The scene's files are not needed. If the device is lost, it is
 * opened again, and the frames are rendered from the first one on.
 */
export async function renderRun(args: readonly string[], signal: AbortSignal): Promise<void> {
  await reopeningDevice("the rendering", () => renderOn(args, signal));
}

/** Renders on a device of its own. */
async function renderOn(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { values } = parseOptions(args, renderCommand);
  await withTrainedRun(values, async ({ folder, field, step, record, volume }) => {
    const { frames, width, depth, gif } = values;
    const path = values.path ?? (record.bounds.kind === "forward" ? "spiral" : "orbit");
    using progress = new ProgressLine();
    const say = timedProgress(progress);
    const done = await renderFrames(folder, field, record, volume, { path, frames, width, depth, gif, say, signal });
    progress.finish();
    const made = `${done} of ${frames} frames of the field at step ${step} were rendered`;
    if (done === frames) {
      console.log(`${made} to ${folder.path}/${path}\nTo make an MP4 of them: ${mp4Command(folder.path, path)}`);
    } else if (done === 0) console.log(`${made}; ${folder.path}/${path} is unchanged.`);
    else console.log(`${made} to ${folder.path}/${unfinishedPath(path)}; ${path} is unchanged.`);
  });
}
