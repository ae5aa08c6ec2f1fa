import { assert, assertGreater, assertRejects, assertThrows } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import {
  adam,
  createField,
  createOptimizer,
  lossAndGradient,
  meanSquaredError,
  mlp,
  sine,
  train,
  weightedSum,
} from "../mod.ts";
import { checkDescription } from "../lib/field/mod.ts";
import { fileDevice } from "./support/device.ts";

const root = fromFileUrl(new URL("../", import.meta.url));
const { exports } = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
const entries = Object.values<string>(exports);

/** A node of what `deno doc --json` writes, as far as it is read here. */
interface Doc {
  readonly kind: string;
  readonly name?: string;
  readonly def?: Doc;
  readonly params?: readonly Doc[];
  readonly constructors?: readonly Doc[];
  readonly methods?: readonly Doc[];
  readonly declarations?: readonly Doc[];
  readonly accessibility?: string;
  readonly isStatic?: boolean;
  readonly left?: Doc;
  readonly location?: { readonly filename: string };
  readonly right?: string;
  readonly tsType?: { readonly repr?: string; readonly kind: string; readonly value?: unknown };
}

/** What a type literal has. */
interface Literal {
  readonly properties?: readonly { readonly optional: boolean }[];
}

/** A way to hand options over: a function, a method or a constructor, and which of its parameters the options are. */
interface Taker {
  readonly name: string;
  readonly at: number;
  readonly call: (args: readonly unknown[]) => unknown;
}

/** What is no object of options, although its type says so. */
const EXCEPTIONS = new Map([
  ["Gpu 2", "openDevice makes it"],
  ["Kernel 2", "the device makes it"],
  ["KernelTuner 1", "the device makes it"],
  ["entrywise 4", "the values of a kernel's template, which it checks itself"],
  ["scheduleOver 2", "which options there are depends on the name of the schedule, which comes first"],
  ["resolveHyperparameters 2", "is what refuses unknown names, by a declaration that it is given"],
]);

Deno.test("every exported function that takes options refuses a misspelt one before anything else", async () => {
  const takers = await takersIn(await docOf(entries));
  assertGreater(takers.length, 80);
  const faults: string[] = [];
  for (const { name, at, call } of takers) {
    if (EXCEPTIONS.has(`${name} ${at}`)) continue;
    const args = Array.from({ length: at + 1 }, (_, i) => i === at ? { misspelt: 1 } : undefined);
    const error = await outcome(() => call(args));
    if (
      !(error instanceof Error) || !/there is no (such )?option/.test(error.message) ||
      !error.message.includes("misspelt")
    ) {
      faults.push(`${name}, argument ${at}: ${error instanceof Error ? error.message : "accepted"}`);
    }
  }
  assert(faults.length === 0, faults.join("\n"));
});

Deno.test("a misspelt member of a sum's term is refused", () => {
  const objective = meanSquaredError();
  assertThrows(
    () => weightedSum([{ objective, weight: 1 }, { objective, wieght: 100 } as { objective: typeof objective }]),
    Error,
    "weightedSum: term 1: wieght: there is no such option; did you mean weight?",
  );
});

Deno.test("a misspelt member of a field's description or of one of its layers is refused", () => {
  const description = mlp({ inputs: 2, hidden: [4], outputs: 1, activation: sine() });
  const [first, ...others] = description.layers;
  const layers = [{ ...first, weigthBound: 1e-3 }, ...others];
  assertThrows(
    () => checkDescription({ ...description, layers }),
    Error,
    "field description: layer layers.0: weigthBound: there is no such option; did you mean weightBound?",
  );
  const misspelt = { ...description, output: description.outputs };
  assertThrows(
    () => checkDescription(misspelt),
    Error,
    "field description: output: there is no such option; did you mean outputs?",
  );
});

const gpu = await fileDevice();

Deno.test("a member of a batch or of training data that is neither inputs nor targets is refused", async () => {
  using field = createField(gpu, mlp({ inputs: 2, hidden: [4], outputs: 1, activation: sine() }));
  const batch = { inputs: new Float32Array(4), targets: new Float32Array(2), weights: new Float32Array(2) };
  const objective = meanSquaredError();
  await assertRejects(
    () => lossAndGradient(field, objective, batch),
    Error,
    "batch: weights: there is no such option; there are inputs, targets.",
  );
  using optimizer = createOptimizer(gpu, adam(), field.layout);
  const steps = train({ field, objective, data: batch, optimizer, epochs: 1 });
  await assertRejects(() => steps.next(), Error, "data: weights: there is no such option; there are inputs, targets.");
});

/** The error that a call throws, at once or as a promise or an iteration. */
async function outcome(call: () => unknown): Promise<unknown> {
  try {
    const made = await call();
    if (typeof made === "object" && made !== null && Symbol.asyncIterator in made) {
      await (made as AsyncGenerator).next();
    }
  } catch (error) {
    return error;
  }
}

async function docOf(files: readonly string[]): Promise<[file: string, symbols: readonly Doc[]][]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...files],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as { nodes: Record<string, { symbols: Doc[] }> };
  return Object.entries(nodes).map(([file, { symbols }]) => [file, symbols]);
}

/** All ways to hand over options among what these files export. */
async function takersIn(files: readonly [file: string, symbols: readonly Doc[]][]): Promise<Taker[]> {
  const takers = new Map<string, Taker>();
  const add = (name: string, params: readonly Doc[], call: Taker["call"]) => {
    params.forEach((param, at) => {
      if (isOptions(param)) takers.set(`${name} ${at}`, { name, at, call });
    });
  };
  for (const [file, symbols] of files) {
    const module = await import(file);
    for (const { name, declarations = [] } of symbols) {
      for (const { kind, def, location } of declarations) {
        if (kind !== "function" && kind !== "class") continue;
        // Of some classes only the type is exported, and functions return them.
        const isMade = module[name!] === undefined;
        const value = module[name!] ?? (await import(location!.filename))[name!];
        if (kind === "function") add(name!, def!.params!, (args) => value(...args));
        for (const { params = [] } of isMade ? [] : def!.constructors ?? []) {
          add(name!, params, (args) => new value(...args));
        }
        for (const { name: method, accessibility, isStatic, def: { params = [] } = {} } of def!.methods ?? []) {
          if (accessibility !== undefined && accessibility !== "public") continue;
          const owner = isStatic ? value : value.prototype;
          // Options come first, so that nothing of the object is needed.
          add(
            `${name}.${method}`,
            params,
            (args) => owner[method!].apply(isStatic ? value : Object.create(owner), args),
          );
        }
      }
    }
  }
  return [...takers.values()];
}

/** Whether a parameter is an object of options: it or its type is called so, or has members that may be left out, or it is `{}` by default. */
function isOptions({ kind, name, left, right, tsType }: Doc): boolean {
  const type = left?.tsType ?? tsType;
  if (type === undefined) return false;
  const { repr = "", kind: of, value } = type;
  if (/Options$|^StepRequest$/.test(repr) || (left?.name ?? name) === "options") return true;
  if (of === "typeLiteral") return (value as Literal).properties?.some(({ optional }) => optional) ?? false;
  // The documentation does not show `{}`. Records of names and numbers are no options.
  return kind === "assign" && right === "[UNSUPPORTED]" && ["typeRef", "intersection"].includes(of) &&
    repr !== "Readonly";
}
