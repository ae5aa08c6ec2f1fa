import { basename } from "../../lib/std/path/mod.ts";
import type { DirectionKind } from "../../lib/curvature/direction.ts";
import { TASKS, typedTask } from "../registry.ts";
import { ownFilesRecord } from "../own/own_files.ts";
import { settingsName, shortName } from "../run/settings_name.ts";
import { callerPath } from "../shell/caller_path.ts";
import { optionSpelling } from "../shell/command.ts";
import { nameList } from "../shell/name_list.ts";
import { parseOptions } from "../shell/options.ts";
import { UserError } from "../shell/user_error.ts";
import { activationChoices } from "../training/activation_choices.ts";
import { commandFor, type CurvatureValues, sharedOptions } from "./command.ts";
import type { LeftOut } from "./left_out.ts";
import type { Settings } from "./record.ts";
import { findRuns } from "./runs.ts";
import { DEVICE_NAMES } from "../shell/device_options.ts";

/** A parsed command line. */
interface CurvatureRequest {
  readonly values: CurvatureValues;
  /** The settings; undefined if a report is resumed, which has stored its own. */
  readonly settings?: Settings;
  /** The runs and checkpoints that cannot be read; undefined if a report is resumed. */
  readonly leftOut?: readonly LeftOut[];
}

/**
 * Parses and checks the command line.
 *
 * @throws {UserError} If an option is invalid, options exclude each other, or the run has no checkpoints.
 */
export async function readRequest(args: readonly string[]): Promise<CurvatureRequest> {
  const task = typedTask(args);
  const parsed = parseOptions(args, commandFor(task, [...TASKS.keys()]));
  const values = parsed.values as unknown as CurvatureValues & Record<string, unknown>;
  const given = parsed.given as ReadonlySet<string>;
  if (values.resume !== undefined) {
    checkOnly(given, ["resume", ...DEVICE_NAMES], "--resume continues a report with its own options");
    return { values };
  }
  const extent = {
    batchSizes: sizesIn(values.batchSizes),
    samples: values.samples,
    directions: values.directions as DirectionKind,
  };
  if (values.run !== undefined) {
    const allowed = ["run", "batchSizes", "samples", "directions", "name", "out", ...DEVICE_NAMES];
    checkOnly(given, allowed, "--run takes the field and its data from the run");
    const { task, runs, leftOut } = await findRuns(values.run);
    return { values, settings: { task, ...extent, runs }, leftOut };
  }
  const options = Object.fromEntries(
    [...sharedOptions(task).keys()].filter((name) => given.has(name) && !DEVICE_NAMES.includes(name))
      .map((name) => [name, values[name]]),
  );
  const { seeds, smallWidth } = values;
  const activations = nameList("--activations", values.activations, activationChoices(task));
  const input = values.input === undefined ? undefined : callerPath(values.input);
  return {
    values,
    leftOut: [],
    settings: {
      task: task.name,
      ...extent,
      fields: { input, activations, seeds, smallWidth, options },
      ...ownFilesRecord({ activations, objectives: [`${options.objective}`] }),
    },
  };
}

/** A name that is derived from the settings, so that the same command finds its report again. */
export function defaultName(settings: Settings): Promise<string> {
  const { task, fields, runs } = settings;
  const of = runs !== undefined ? runs[0].path : fields?.input;
  return settingsName(`${task}-${of === undefined ? "default" : shortName(basename(of))}`, settings);
}

function checkOnly(given: ReadonlySet<string>, allowed: readonly string[], reason: string): void {
  const other = [...given].find((name) => !allowed.includes(name));
  if (other !== undefined) throw new UserError(`${reason}, so ${optionSpelling(other)} cannot be given with it.`);
}

function sizesIn(text: string): number[] {
  return text.split(",").map((word) => {
    const size = Number(word);
    if (/^\s*\d+\s*$/.test(word) && size >= 1 && size <= 2 ** 20) return size;
    throw new UserError(
      `--batch-sizes: expected whole numbers from 1 to 1048576, separated by commas, found "${word}".`,
    );
  });
}
