/**
 * Writes optimizers.md, the tables of all optimizers and their hyper-parameters:
 *
 *     deno run -A docs/optimizers.ts
 *
 * @module
 */
import { defaultText } from "../lib/hyperparameter/hyperparameter.ts";
import { rangeText } from "../lib/hyperparameter/range.ts";
import type { OptimizerKind } from "../lib/optim/kind.ts";
import { optimizerKinds } from "../lib/optim/registry.ts";

const INTRODUCTION = `# Optimizers

This page is written by \`deno run -A docs/optimizers.ts\` from the declarations in \`lib/optim/\`; a test checks that it is up to date.
The defaults are those of the library. The tasks set some of them by activation; \`--dry-run\` shows the values of a run.
On the command line \`updateEvery\` is \`--update-every\`, and \`betas\` is \`--betas 0.9,0.999\`.
Every optimizer also accepts \`clipNorm\`, the largest norm of a gradient; there is no limit by default.

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
  return [INTRODUCTION, ...optimizerKinds.map(section)].join("\n");
}

function section({ name, paper, hyperparameters }: OptimizerKind): string {
  const rows = Object.entries(hyperparameters).map(([option, declared]) => {
    return `| \`${option}\` | ${declared.doc} | ${rangeText(declared.range)} | ${defaultText(declared)} |`;
  });
  return [
    `## ${name}`,
    "",
    `Source: ${paper}.`,
    "",
    "| Hyper-parameter | What it is | Range | Default |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

if (import.meta.main) await Deno.writeTextFile(new URL("optimizers.md", import.meta.url), optimizersPage());
