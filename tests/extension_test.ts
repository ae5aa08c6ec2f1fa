import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { smoothPng, tiny } from "./support/image_task.ts";
import { addEntry, addFile, inTreeCopy } from "./support/tree_copy.ts";

const TANH = `import type { Activation } from "./activation.ts";
import { activationKind } from "./kind.ts";
import { linearBound } from "./linear_bound.ts";
import text from "../../../wgsl/field/activation/tanh.wgsl" with { type: "text" };

export const tanhKind = activationKind({ name: "tanh", hyperparameters: {}, make: tanh });

export function tanh(): Activation {
  return { name: "tanh", options: {}, maps: [""], text, constants: [0, 0], weightBound: linearBound };
}
`;

const TANH_TEXT = `// a(z) = tanh z
fn value(z: Preactivation) -> vec4f { return tanh(z[0]); }
fn partial_0(z: Preactivation) -> vec4f { let y = tanh(z[0]); return 1.0 - y * y; }
fn partial_0_0(z: Preactivation) -> vec4f { let y = tanh(z[0]); return -2.0 * y * (1.0 - y * y); }
`;

const SIGN = `import { type Hyperparameters, resolveHyperparameters } from "../hyperparameter/hyperparameter.ts";
import { SHARE } from "../hyperparameter/range.ts";
import { entrywise } from "./entrywise.ts";
import { learningRate } from "./hyperparameters.ts";
import { optimizerKind } from "./kind.ts";
import { type OptimizerSpec, stateVectors } from "./optimizer.ts";
import text from "../../wgsl/optim/sign_momentum_step.wgsl" with { type: "text" };

export interface SignMomentumOptions {
  learningRate?: number;
  keep?: number;
}

const hyperparameters: Hyperparameters<SignMomentumOptions> = {
  learningRate: learningRate(1e-4),
  keep: { range: SHARE, default: 0.9, doc: "Share of the momentum that a step keeps" },
};

export const signMomentumKind = optimizerKind({
  name: "signMomentum",
  paper: "none",
  hyperparameters,
  make: signMomentum,
});

const source = { name: "sign_momentum_step", text };

export function signMomentum(options: SignMomentumOptions = {}): OptimizerSpec {
  const resolved = resolveHyperparameters("signMomentum", hyperparameters, options);
  return {
    name: "signMomentum",
    learningRate: resolved.learningRate,
    options: { ...resolved },
    create(context) {
      const state = stateVectors(context, ["momentum"]);
      return {
        state,
        update({ parameters, gradient, learningRate }) {
          const vectors = { parameters, gradient, momentum: state.momentum };
          entrywise(context, source, vectors, { learning_rate: learningRate, keep: resolved.keep });
        },
        [Symbol.dispose]: () => state[Symbol.dispose](),
      };
    },
  };
}
`;

const SIGN_TEXT = `// m ← κm + (1−κ)g, θ ← θ − η sign m
{{uniform length: u32, learning_rate: f32, keep: f32}}
{{update parameters}}
{{read gradient}}
{{update momentum}}
{{include each_entry}}

fn entry(i: u32) {
  let m = u.keep * momentum_before(i) + (1.0 - u.keep) * gradient(i);
  momentum[i] = m;
  parameters[i] = parameters_before(i) - u.learning_rate * sign(m);
}
`;

Deno.test("an activation and an optimizer are two files and a registry's entry each; then the command line has them", () =>
  inTreeCopy(async (copy) => {
    await addFile(copy, "lib/field/activation/tanh.ts", TANH);
    await addFile(copy, "wgsl/field/activation/tanh.wgsl", TANH_TEXT);
    await addEntry(copy, "lib/field/activation/registry.ts", "activationKinds", "tanhKind", "./tanh.ts");
    await addFile(copy, "lib/optim/sign_momentum.ts", SIGN);
    await addFile(copy, "wgsl/optim/sign_momentum_step.wgsl", SIGN_TEXT);
    await addEntry(copy, "lib/optim/registry.ts", "optimizerKinds", "signMomentumKind", "./sign_momentum.ts");

    const image = async (...args: string[]) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", "tasks/image.ts", ...args],
        cwd: copy,
        env: { NO_COLOR: "1", INIT_CWD: copy },
      }).output();
      const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      assertEquals(code, 0, err);
      return { out, err };
    };
    const help = (await image("--help")).out;
    for (const part of ["tanh", "signMomentum", "--keep X", "Share of the momentum that a step keeps [signMomentum]"]) {
      assertStringIncludes(help.replaceAll(/\s+/g, " "), part);
    }

    await Deno.writeFile(join(copy, "picture.png"), smoothPng(8, 8));
    const chosen = ["--activation", "tanh", "--optimizer", "signMomentum", "--keep", "0.5"];
    const { out, err } = await image("picture.png", ...tiny, ...chosen, "--epochs", "1", "--name", "one");
    assertStringIncludes(out, "after 1 steps");
    assertStringIncludes(err, "its own default, 0.0001, is used");
    const config = JSON.parse(await Deno.readTextFile(join(copy, "runs/image/one/config.json")));
    assertEquals([config.activation, config.encoding, config.optimizer], [
      { name: "tanh" },
      { name: "none" },
      { name: "signMomentum", learningRate: 1e-4, keep: 0.5 },
    ]);
  }));
