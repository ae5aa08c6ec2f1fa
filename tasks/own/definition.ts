import { checkActivation } from "../../lib/field/activation/check_activation.ts";
import type { Activation } from "../../lib/field/activation/activation.ts";
import type { ActivationKind } from "../../lib/field/activation/kind.ts";
import type { AnyHyperparameters, HyperparameterValue } from "../../lib/hyperparameter/hyperparameter.ts";
import { DeviceLostError, OutOfMemoryError } from "../../lib/gpu/device_errors.ts";
import { OBJECTIVE, OPTIONS } from "../../lib/hyperparameter/arguments.ts";
import { checkMember, TEXT } from "../../lib/hyperparameter/members.ts";
import type { ObjectiveKind } from "../../lib/objective/kind.ts";
import type { Objective } from "../../lib/objective/objective.ts";
import type { OptimizerKind } from "../../lib/optim/kind.ts";
import { checkCore, checkDisposable, checkSpec } from "../../lib/optim/check_core.ts";
import type { OptimizerContext, OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { UserError } from "../shell/user_error.ts";
import { checkDeclared, declaredBy } from "./declared.ts";
import type { OwnOption } from "./own_files.ts";

/** An optimizer, an activation or an objective as the library takes it. */
interface Definition {
  readonly name: string;
  readonly options?: Readonly<Record<string, HyperparameterValue>>;
}

/** What the registries have of it. */
interface Kind {
  readonly name: string;
  readonly hyperparameters: AnyHyperparameters;
  /** What an objective takes the field's outputs for. */
  readonly outputs?: string;
  readonly make: (options?: Readonly<Record<string, unknown>>) => Definition;
}

const CHECKS: Readonly<Record<OwnOption, (found: never) => void>> = {
  optimizer: (found) => checkSpec(found),
  activation: (found: Activation) => {
    checkActivation(found);
    if (found.text === undefined) throw new Error(`activation ${found.name}: text: expected WGSL, found none.`);
  },
  objective: (found: Objective) => {
    checkMember("objective", found, OBJECTIVE);
    checkMember("objective: name", found.name, TEXT);
    checkMember(`objective ${found.name}: options`, found.options ?? {}, OPTIONS);
  },
};

/** An entry of a registry. */
export type OwnKind = OptimizerKind | ActivationKind | ObjectiveKind;

/**
 * The optimizer, the activation or the objective that a file exports: a function of options that returns one, such as `lion`; one itself; or
 * an entry of a registry, as `optimizerKind`, `activationKind` and `objectiveKind` make it, which declares the ranges of its hyper-parameters.
 *
 * @param exported The file's default export.
 * @param where The file, for messages.
 * @throws {UserError} If it is none of these.
 */
export function definitionOf(exported: unknown, where: string, option: OwnOption): OwnKind {
  const declared = isKind(exported) ? exported : undefined;
  const made = declared?.make ??
    (typeof exported === "function" ? exported as Kind["make"] : () => exported as Definition);
  const make = (options: Readonly<Record<string, unknown>> = {}): Definition => {
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    const definition = calling(() => made(given), where, option);
    checkTaken(definition, given, where);
    return option === "optimizer" ? withCheckedCore(definition as OptimizerSpec, where) : definition;
  };
  const usual = make();
  const hyperparameters = declared?.hyperparameters ?? declaredBy(option, usual.name, usual.options ?? {});
  const { learningRate: _, ...own } = hyperparameters;
  checkDeclared(where, option, option === "optimizer" ? own : hyperparameters);
  const kind: Kind = { name: declared?.name ?? usual.name, hyperparameters, make };
  if (!/^[\w.+-]{1,40}$/.test(kind.name)) {
    throw new UserError(`${where}: expected a name of letters and digits, found ${JSON.stringify(kind.name)}.`);
  }
  if (option === "objective") return { ...kind, outputs: meaningOf(declared, where) } as unknown as OwnKind;
  return { paper: where, ...kind } as unknown as OwnKind;
}

/** What an objective takes the field's outputs for; values unless its entry says otherwise. */
function meaningOf(declared: Kind | undefined, where: string): ObjectiveKind["outputs"] {
  const { outputs = "values" } = declared ?? {};
  if (outputs === "values" || outputs === "logits") return outputs;
  throw new UserError(`${where}: outputs: expected "values" or "logits", found ${JSON.stringify(outputs)}.`);
}

function isKind(exported: unknown): exported is Kind {
  return typeof exported === "object" && exported !== null && "hyperparameters" in exported && "make" in exported;
}

/** What a function of the file returns, if it is a definition. */
function calling(make: () => Definition, where: string, option: OwnOption): Definition {
  let made: Definition;
  try {
    made = make();
    CHECKS[option](made as never);
  } catch (cause) {
    throw new UserError(`${where}: ${(cause as Error).message}`, { cause });
  }
  return made;
}

/** An optimizer whose working part is checked when it is made, so that the message about a mistake in it names the file. */
function withCheckedCore(spec: OptimizerSpec, where: string): OptimizerSpec {
  const create = (context: OptimizerContext) => {
    using owned = new DisposableStack();
    try {
      const core = spec.create(context);
      checkDisposable(spec.name, core);
      owned.use(core);
      checkCore(spec.name, core);
      owned.move();
      return core;
    } catch (cause) {
      if (cause instanceof OutOfMemoryError || cause instanceof DeviceLostError) throw cause;
      throw new UserError(`${where}: ${(cause as Error).message}`, { cause });
    }
  };
  return { ...spec, create };
}

/** Checks that every option that was given is an option of what was made. */
function checkTaken({ name, options = {} }: Definition, given: Readonly<Record<string, unknown>>, where: string): void {
  for (const [option, value] of Object.entries(given)) {
    if (JSON.stringify(options[option]) === JSON.stringify(value)) continue;
    throw new UserError(
      `${where}: ${name}: ${option}: expected ${JSON.stringify(value)}, which was asked for, in its options, found ${
        JSON.stringify(options[option])
      }.`,
    );
  }
}
