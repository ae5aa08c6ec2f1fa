import { toFileUrl } from "../../lib/std/path/mod.ts";
import { activationKinds, registerActivation } from "../../lib/field/activation/registry.ts";
import type { ActivationKind } from "../../lib/field/activation/kind.ts";
import type { ObjectiveKind } from "../../lib/objective/kind.ts";
import { objectiveKinds, registerObjective } from "../../lib/objective/registry.ts";
import type { OptimizerKind } from "../../lib/optim/kind.ts";
import { optimizerKinds, registerOptimizer } from "../../lib/optim/registry.ts";
import { callerPath } from "../shell/caller_path.ts";
import { folded } from "../shell/options.ts";
import { readInput } from "../shell/read_input.ts";
import { UserError } from "../shell/user_error.ts";
import { definitionOf, type OwnKind } from "./definition.ts";
import { loadError } from "./load_error.ts";
import { type OwnFile, ownFileAt, type OwnOption, rememberOwnFile } from "./own_files.ts";

/** Other names by which the command line knows what a file defines: its paths. */
const aliases = new Map<OwnFile, string[]>();

/** What there is, by the option that names it. */
const KINDS: Readonly<Record<OwnOption, readonly { readonly name: string; readonly aliases?: readonly string[] }[]>> = {
  optimizer: optimizerKinds,
  activation: activationKinds,
  objective: objectiveKinds,
};

/** Further words that options of the tasks take: what chooses an optimizer, and an activation with an encoding. */
const RESERVED: readonly string[] = ["auto", "relu-pe"];

/**
 * Loads a file with an optimizer, an activation or an objective and adds it to the registry, so that everything knows it by its name and the command line
 * also by its path. The file is code, and runs with the permissions of the task.
 *
 * @param typed The path as it was typed, from the folder of the caller.
 * @throws {UserError} If it is not a file on this machine, cannot be loaded, or defines nothing of this kind; or if its name is in use.
 */
export async function loadOwnFile(
  option: OwnOption,
  typed: string,
  path: string = callerPath(typed),
): Promise<OwnFile> {
  if (/^[a-z]{2,}:/i.test(typed)) {
    throw new UserError(
      `--${option}: expected a name or a file on this machine, found the address ${typed}; save it to a file first.`,
    );
  }
  const earlier = ownFileAt(option, path);
  if (earlier !== undefined) {
    aliases.get(earlier)!.push(typed);
    return earlier;
  }
  const sha256 = await digestOf(await readInput(path));
  const definition = definitionOf(await defaultExport(path, option), path, option);
  const known = [...new Set([typed, path])];
  checkNew(option, definition.name, path);
  register(option, { ...definition, aliases: known }, path);
  const file = { option, name: definition.name, file: path, sha256 };
  aliases.set(file, known);
  rememberOwnFile(file);
  return file;
}

/** The SHA-256 of a file's bytes in hexadecimal digits. */
export async function digestOf(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>)).toHex();
}

async function defaultExport(path: string, option: OwnOption): Promise<unknown> {
  let module: { readonly default?: unknown };
  try {
    module = await import(toFileUrl(path).href);
  } catch (cause) {
    throw loadError(path, cause);
  }
  if (module.default !== undefined) return module.default;
  const others = Object.keys(module);
  throw new UserError(
    `${path}: expected an ${option} as the default export, such as export default function, found ${
      others.length === 0 ? "no export" : `only ${others.join(", ")}`
    }.`,
  );
}

/** Checks that a name can be told from those in use, which the command line knows in any case. */
function checkNew(option: OwnOption, name: string, path: string): void {
  const used = [...KINDS[option].flatMap((kind) => [kind.name, ...kind.aliases ?? []]), ...RESERVED];
  const same = used.find((each) => each !== name && folded(each) === folded(name));
  if (same === undefined && !RESERVED.includes(name)) return;
  throw new UserError(
    `${path}: ${option}: expected another name than ${name}${
      same === undefined ? "" : `, because ${same} is in use and names are known in any case`
    }.`,
  );
}

function register(option: OwnOption, kind: OwnKind, path: string): void {
  try {
    if (option === "optimizer") registerOptimizer(kind as OptimizerKind);
    else if (option === "activation") registerActivation(kind as ActivationKind);
    else registerObjective(kind as ObjectiveKind);
  } catch (cause) {
    throw new UserError(`${path}: ${(cause as Error).message}`, { cause });
  }
}
