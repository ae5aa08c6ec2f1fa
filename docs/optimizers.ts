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
