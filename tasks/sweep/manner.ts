import { readUserJson } from "../run/json.ts";
import { callerPath } from "../shell/caller_path.ts";
import { camelCase } from "../shell/command.ts";
import { checkShape, type Shape } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import { type MannerValues, SLURM_OPTIONS } from "./command.ts";
import type { SweepManner } from "./record.ts";
import { SLURM_MEMBERS, type SlurmOptions, slurmShape } from "./slurm/options.ts";

/** What says how runs are made, besides the command line. */
interface MannerSources {
  /** What the file of a sweep asks of Slurm. */
  readonly slurm?: SlurmOptions;
  /** How an earlier call made the runs. */
  readonly earlier?: SweepManner;
  /** The names of the options that were given. */
  readonly given: ReadonlySet<string>;
}

/**
 * How the runs are made: as the command line says, then the files, then an earlier call.
 *
 * @throws {UserError} If a value is none that Slurm takes, or an option of Slurm is given without it.
 */
export async function mannerOf(
  values: MannerValues,
  { slurm, earlier, given }: MannerSources,
): Promise<SweepManner> {
  const engine = values.engine ?? earlier?.engine ?? "local";
  const slurmOnly = [...SLURM_OPTIONS.map(({ name }) => name), "slurm-config", "look-every", "cancel-on-stop"];
  const other = slurmOnly.find((name) => given.has(camelCase(name)));
  if (engine === "local" && other !== undefined) {
    throw new UserError(`--${other}: expected --engine slurm beside it, found --engine local.`);
  }
  const before = earlier?.engine === engine ? earlier : undefined;
  return {
    engine,
    jobs: values.jobs ?? before?.jobs ?? (engine === "local" ? 1 : undefined),
    retries: values.retries ?? earlier?.retries ?? 2,
    lookEvery: values.lookEvery ?? earlier?.lookEvery ?? 10,
    cancelOnStop: values.cancelOnStop,
    slurm: { ...earlier?.slurm, ...await configured(values.slurmConfig), ...slurm, ...typedOptions(values) },
  };
}

/** What a file says about a cluster. */
async function configured(file: string | undefined): Promise<SlurmOptions> {
  return file === undefined ? {} : checkShape(await readUserJson(callerPath(file), file), slurmShape, file);
}

/** What the command line asks of Slurm. */
function typedOptions(values: MannerValues): SlurmOptions {
  const typed = values as unknown as Record<string, unknown>;
  const names = SLURM_OPTIONS.map(({ name }) => name as keyof SlurmOptions).filter((name) => typed[name] !== undefined);
  for (const name of names) checkShape(typed[name], SLURM_MEMBERS[name] as Shape<unknown>, `--${name}`);
  return Object.fromEntries(names.map((name) => [name, typed[name]]));
}
