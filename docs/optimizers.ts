/**
 * Writes optimizers.md, the tables of the hyper-parameters of all optimizers, activations, encodings and schedules:
 *
 *     deno run -A docs/optimizers.ts
 *
 * @module
 */
import { defaultText } from "../lib/hyperparameter/hyperparameter.ts";
import { rangeText } from "../lib/hyperparameter/range.ts";
import { activationKinds } from "../lib/field/activation/registry.ts";
import { encodingKinds } from "../lib/field/encoding/registry.ts";
import type { AnyHyperparameters } from "../lib/hyperparameter/hyperparameter.ts";
import { scheduleKinds } from "../lib/train/schedule_registry.ts";
import { optimizerKinds } from "../lib/optim/registry.ts";

const INTRODUCTION = `# Optimizers

This page is written by \`deno run -A docs/optimizers.ts\` from the declarations in \`lib/\`; a test checks that it is up to date.
The defaults are those of the library. The tasks set some of them otherwise, for some activations or for all; \`--help\` names these, and \`--dry-run\` shows the values of a run.
On the command line \`updateEvery\` is \`--update-every\`, and \`betas\` is \`--betas 0.9,0.999\`.
Every optimizer also accepts \`clipNorm\`, the largest norm of a gradient; there is no limit by default.
Kernels compute in single precision: a number that need not be whole has to be 0 or, in size, from 1.2e-38 to 3.4e38.

## Deep Gaussian fields

With σ = 0.05 and the usual initialisation, the gradient of a Gaussian field grows by a factor of about 2.7 with every layer towards
the input, and curvature by its square. Measured before the first step on fields of width 64, as the root mean square over the first
layer's weights of the gradient g and of a Hessian-vector product Hv:

| Hidden layers | g | Hv | What exceeds 32-bit numbers (3.4e38) |
| --- | --- | --- | --- |
| 4 | 3e-1 | 3e2 | nothing |
| 16 | 2e5 | 4e14 | nothing |
| 32 | 2e13 | 3e30 | (Hv)² of ESGD |
| 64 | 2e28 | none | Hv itself; g² of Adam and Muon; GGᵀ of SOAP and Shampoo; the factors of K-FAC |

Such a run ends with a message that names the layers in which numbers are not finite. A lower learning rate does not help, because
they exceed their range before the first update. Fewer layers help, or the sine, whose gradients stay of one size over 32 layers.
`;

/** The text of optimizers.md. */
export function optimizersPage(): string {
  return [
    INTRODUCTION,
    ...optimizerKinds.map(({ name, paper, hyperparameters }) =>
      section(`## ${name}`, `Source: ${paper}.`, hyperparameters)
    ),
    "## Activations and encodings\n\nTheir equations are in [math.md](math.md#1-activations-and-encodings).\n",
    ...[...activationKinds, ...encodingKinds].map(kindSection),
    "## Schedules of the learning rate\n\nThese are the options of a schedule that is laid over a whole run, as the tasks do.\n",
    ...scheduleKinds.map(kindSection),
  ].join("\n");
}

function kindSection(kind: { name: string; aliases?: readonly string[]; hyperparameters: AnyHyperparameters }): string {
  const { name, aliases = [], hyperparameters } = kind;
  const other = aliases.length === 0 ? "" : `The command line also accepts ${aliases.map((alias) => `\`${alias}\``).join(", ")}.`;
  return section(`### ${name}`, other, hyperparameters);
}

function section(heading: string, text: string, hyperparameters: AnyHyperparameters): string {
  const rows = Object.entries(hyperparameters).map(([option, declared]) => {
    return `| \`${option}\` | ${declared.doc.replaceAll("|", "\\|")} | ${rangeText(declared.range)} | ${defaultText(declared)} |`;
  });
  if (rows.length === 0) return [heading, "", ...text === "" ? [] : [text], "It has no hyper-parameters.", ""].join("\n");
  return [
    heading,
    "",
    ...text === "" ? [] : [text, ""],
    "| Hyper-parameter | What it is | Range | Default |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

if (import.meta.main) await Deno.writeTextFile(new URL("optimizers.md", import.meta.url), optimizersPage());
