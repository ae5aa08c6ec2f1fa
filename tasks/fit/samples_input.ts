import { encodeNpy } from "../../lib/codec/tensor/encode_npy.ts";
import { tableData, type TrainingData } from "../../lib/data/training_data.ts";
import type { FieldDescription } from "../../lib/field/description.ts";
import { evaluateField } from "../../lib/field/evaluate.ts";
import { lossAndGradient } from "../../lib/diff/products.ts";
import type { Field } from "../../lib/field/field.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { meanSquaredErrorKind } from "../../lib/objective/mean_squared_error.ts";
import type { Objective } from "../../lib/objective/objective.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import type { Preview } from "../run/preview.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { number, object } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import { warn } from "../shell/warn.ts";
import { checkTargets } from "../training/check_targets.ts";
import { checkSameData, hashOf } from "../training/data_hash.ts";
import { chosenObjective, objectiveKindOf } from "../training/objective.ts";
import type { Closing, Estimate, Figures, Quality, TrainingInput } from "../training/training_input.ts";
import type { FitValues } from "./command.ts";
import { fitPreview } from "./fit_preview.ts";
import { bestConstantLoss } from "./best_constant.ts";
import { checkEntryLoss } from "./check_entry_loss.ts";
import { differ, fitOf } from "./fit_quality.ts";
import type { Samples } from "./load_samples.ts";
import { rowsOf } from "./matrix.ts";
import { overfittingNotice } from "./overfitting.ts";
import { type ColumnRanges, pickRows, rangesOf, scaled, splitRows, unscaled } from "./scaling.ts";

/** About how long it takes to encode a million numbers, in seconds. */
const FILE_SECONDS = 0.2;

/** What is measured if no targets differ, for a message. */
const MEASURED =
  "instead of an SNR there are rmse, the root of the mean squared error, and psnr, 1 over that error in decibels";

const count = number({ whole: true, min: 0 });
const columnsShape = object({ columns: number({ whole: true, min: 1 }) });

/** What `config.json` has about the samples, by which a resumed run recognises them. */
export const samplesShape = object({ trained: count, heldOut: count, inputs: columnsShape, targets: columnsShape });

/** Samples on the device. A run that trains on them writes the field's values at all of them. */
export class SamplesInput implements TrainingInput {
  readonly quality: Quality;
  readonly data: TrainingData;
  readonly objective: Objective;
  readonly #inputs: Float32Array;
  readonly #targets: Float32Array;
  readonly #ranges?: { readonly inputs: ColumnRanges; readonly targets?: ColumnRanges };
  readonly #rows: { readonly train: readonly number[]; readonly test: readonly number[] };
  /** The field's values at all samples at the last measurement, as targets are. */
  #result?: Float32Array;
  /** The loss of the best constant of each column on some rows. */
  readonly #constantLosses = new Map<readonly number[], number>();
  /** Whether losses are compared with that of the best constant. For squared errors the SNR is that comparison. */
  readonly #hasGain: boolean;
  /** The figures of the last measurement. */
  #figures: Figures = {};
  #dataHash?: string;

  /** @param description A field from as many inputs to as many outputs as the samples have. */
  constructor(gpu: Gpu, readonly samples: Samples, readonly values: FitValues, description: FieldDescription) {
    const { inputs, targets } = samples;
    const isProbability = this.#givesLogits;
    if (isProbability) checkProbabilities(samples, values);
    if (values.normalise) {
      this.#ranges = { inputs: rangesOf(inputs), ...!isProbability && { targets: rangesOf(targets) } };
    }
    const ranges = this.#ranges;
    this.#inputs = ranges ? scaled(inputs, ranges.inputs, [-1, 1]) : Float32Array.from(inputs.data);
    this.#targets = ranges?.targets ? scaled(targets, ranges.targets, [0, 1]) : Float32Array.from(targets.data);
    const place = (i: number) =>
      `${values.targets ?? values.inputs}, sample ${Math.floor(i / targets.columns)}, target ${i % targets.columns}`;
    checkTargets(this.#targets, place, "leave --no-normalise away");
    this.#rows = splitRows(inputs, values.testShare, values.seed);
    const objective = chosenObjective(values, description);
    this.objective = values.normalise || isProbability ? objective : unscaledObjective(objective, this.#targets);
    const { train, test } = this.#rows;
    this.data = tableData({ gpu, description }, this.objective, {
      inputs: pickRows(this.#inputs, inputs.columns, train),
      targets: pickRows(this.#targets, targets.columns, train),
    });
    const where = test.length > 0 ? "held-out samples" : "all samples";
    const isSquare = objectiveKindOf(values) === meanSquaredErrorKind;
    this.#hasGain = !isProbability && !isSquare && objective.entryLoss !== undefined && this.#differ(this.#targets);
    const inDecibels = this.#hasGain ? "gain" : this.#differ(this.#targets) ? "snr" : "psnr";
    this.quality = qualityFor(where, isProbability ? "accuracy" : inDecibels);
    const scored = pickRows(this.#targets, targets.columns, test.length > 0 ? test : train);
    if (!isProbability && !this.#differ(scored)) {
      const name = values.targets ?? values.inputs ?? "The samples";
      warn(
        `${name}: the targets of ${where} are all the same and have no variance: ${
          this.#differ(this.#targets) ? "the SNR takes that of all samples" : MEASURED
        }.`,
      );
    }
  }

  /** Checks what the objective is measured with; see {@linkcode checkEntryLoss}. */
  async checkObjective(gpu: Gpu, description: FieldDescription): Promise<void> {
    const { values: { batchSize, seed }, objective } = this;
    const rows = this.#rows.train.slice(0, batchSize);
    const [inputs, targets] = [[this.#inputs, this.inputs] as const, [this.#targets, this.outputs] as const].map((
      [values, columns],
    ) => pickRows(values, columns, rows));
    await checkEntryLoss(gpu, { objective, description, inputs, targets, seed });
  }

  get inputs(): number {
    return this.samples.inputs.columns;
  }

  get outputs(): number {
    return this.samples.targets.columns;
  }

  get config(): Record<string, unknown> {
    const { inputs, targets } = this.samples;
    const { train, test } = this.#rows;
    return {
      samples: {
        trained: train.length,
        heldOut: test.length,
        inputs: { columns: inputs.columns, names: inputs.names, ...this.#ranges?.inputs },
        targets: { columns: targets.columns, names: targets.names, ...this.#ranges?.targets },
      },
    };
  }

  get dataHash(): string {
    const { inputs, targets } = this.samples;
    return this.#dataHash ??= hashOf([inputs.data, targets.data]);
  }

  checkUnchanged(config: Readonly<Record<string, unknown>>): void {
    const { inputs, targets } = this.values;
    const name = [inputs ?? "The samples", ...targets === undefined ? [] : [targets]].join(" and ");
    if (JSON.stringify(config.samples) === JSON.stringify(this.config.samples)) {
      return checkSameData(config, this.dataHash, { name, what: "rows in the order" });
    }
    throw new UserError(
      `${name}: expected the samples with which the run began, found others: their number, their columns or the ` +
        "ranges of their columns differ.",
    );
  }

  async measure(field: Field, signal?: AbortSignal): Promise<Figures> {
    this.#result = await evaluateField(field, this.#inputs, signal) as Float32Array;
    const { train, test } = this.#rows;
    const trained = await this.#figuresOn(train, field, signal);
    if (test.length === 0) return this.#figures = trained;
    const held = Object.entries(trained).map((
      [name, value],
    ) => [`train${name[0].toUpperCase()}${name.slice(1)}`, value]);
    return this.#figures = { ...await this.#figuresOn(test, field, signal), ...Object.fromEntries(held) };
  }

  async #figuresOn(rows: readonly number[], field: Field, signal?: AbortSignal): Promise<Figures> {
    const { objective } = this;
    const targets = pickRows(this.#targets, this.outputs, rows);
    const { outputs } = objectiveKindOf(this.values);
    const measure = {
      outputs,
      columns: this.outputs,
      entryLoss: objective.entryLoss?.bind(objective),
      constantLoss: this.#hasGain ? this.#constantLossOf(rows, targets) : undefined,
    };
    const figures = fitOf(pickRows(this.#result!, this.outputs, rows), targets, measure, this.#targets);
    if ("loss" in figures) return figures;
    // Only the device knows the loss.
    signal?.throwIfAborted();
    const inputs = pickRows(this.#inputs, this.inputs, rows);
    const { loss, gradient } = await lossAndGradient(field, objective, { inputs, targets });
    gradient[Symbol.dispose]();
    return { loss, ...figures };
  }

  preview(): Promise<Preview> {
    const { samples: { inputs: { columns } }, outputs } = this;
    const first = (values: Float32Array) => values.filter((_, i) => i % outputs === 0);
    const result = first(this.#asTargets());
    return Promise.resolve(
      fitPreview({ inputs: this.#inputs, dimensions: columns, targets: first(this.#targets), result }),
    );
  }

  async snapshot(_: Field, folder: RunFolder, name: string): Promise<void> {
    await folder.writeFile(`${name}.npy`, this.#predictions());
  }

  estimate(): Estimate {
    const seconds = FILE_SECONDS * rowsOf(this.samples.targets) * this.outputs / 1e6;
    return { snapshot: seconds, closing: [{ name: "the predictions", seconds }] };
  }

  async conclude(_: Field, folder: RunFolder, __: TrainEvent, { part, print }: Closing): Promise<Figures> {
    this.#printLosses(print);
    const write = () => folder.writeFile("predictions.npy", this.#predictions());
    await part("writing the predictions", write, this.estimate().snapshot);
    return { samples: rowsOf(this.samples.inputs) };
  }

  /** The loss of the constants that fit some rows best, or all samples if the targets of these rows are all the same. */
  #constantLossOf(rows: readonly number[], targets: Float32Array): number {
    const { objective } = this;
    const measured = this.#differ(targets) ? targets : this.#targets;
    const known = this.#constantLosses.get(rows) ??
      bestConstantLoss(measured, this.outputs, (output, target) => objective.entryLoss!(output, target));
    this.#constantLosses.set(rows, known);
    return known;
  }

  #differ(targets: Float32Array): boolean {
    return differ(targets, this.outputs);
  }

  /** Says what the objective comes to, and if the field overfits; the quality that every task prints is another figure. */
  #printLosses(print: (line: string) => void): void {
    const { loss, mae } = this.#figures;
    const losses = [`${this.objective.name} ${loss?.toPrecision(4)}`];
    if (mae !== undefined && mae !== loss) losses.push(`mean absolute error ${mae.toPrecision(4)}`);
    const scale = this.#ranges?.targets ? ", of targets scaled to [0, 1]" : "";
    print(`On ${this.#rows.test.length > 0 ? "held-out" : "all"} samples: ${losses.join(", ")}${scale}.`);
    const notice = overfittingNotice(this.#figures, this.quality, this.values);
    if (notice !== undefined) print(notice);
  }

  /** Whether the field's outputs are logits of probabilities. */
  get #givesLogits(): boolean {
    return objectiveKindOf(this.values).outputs === "logits";
  }

  /** The field's values at all samples, in the order of the files and in the units of the targets, or as probabilities. */
  #predictions(): Uint8Array<ArrayBuffer> {
    const ranges = this.#ranges?.targets;
    const values = this.#asTargets();
    return encodeNpy(ranges ? unscaled(values, ranges) : values, this.outputs);
  }

  /** The field's values at all samples, as what is trained on: probabilities instead of logits, scaled values as they are. */
  #asTargets(): Float32Array {
    const result = this.#result!;
    return this.#givesLogits ? result.map((logit) => 1 / (1 + Math.exp(-logit))) : result;
  }

  [Symbol.dispose](): void {
    this.data[Symbol.dispose]();
  }
}

/** What measures the quality; the same for all seeds. */
function qualityFor(where: string, figure: "accuracy" | "gain" | "snr" | "psnr"): Quality {
  if (figure === "accuracy") return { figure, name: figure, label: `accuracy on ${where}`, digits: 4 };
  const name = figure === "gain" ? "gain over the best constant" : figure.toUpperCase();
  return { figure, name: figure === "gain" ? figure : name, label: `${name} on ${where} (dB)`, digits: 2, unit: " dB" };
}

/** An objective for targets of any range: a divergence is told by the loss of a field that is 0 everywhere, if the objective knows it. */
function unscaledObjective(objective: Objective, targets: Float32Array): Objective {
  if (objective.entryLoss === undefined) return { ...objective, constantLoss: undefined };
  const loss = targets.reduce((sum, target) => sum + objective.entryLoss!(0, target), 0) / targets.length;
  return { ...objective, constantLoss: Math.max(loss, objective.constantLoss ?? 0) };
}

function checkProbabilities(
  { targets: { columns, data } }: Samples,
  { inputs, targets = inputs, objective }: FitValues,
): void {
  const odd = data.findIndex((value) => !(value >= 0 && value <= 1));
  if (odd < 0) return;
  throw new UserError(
    `${targets}, sample ${Math.floor(odd / columns)}, target ${
      odd % columns
    }: expected a probability from 0 to 1 for ${objective}, ` +
      `found ${data[odd]}.`,
  );
}
