import { encodeNpy } from "../../lib/codec/tensor/encode_npy.ts";
import { tableData, type TrainingData } from "../../lib/data/training_data.ts";
import type { FieldDescription } from "../../lib/field/description.ts";
import { evaluateField } from "../../lib/field/evaluate.ts";
import type { Field } from "../../lib/field/field.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import type { Objective } from "../../lib/objective/objective.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import type { Preview } from "../run/preview.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { UserError } from "../shell/user_error.ts";
import { warn } from "../shell/warn.ts";
import { checkTargets } from "../training/check_targets.ts";
import { chosenObjective } from "../training/objective.ts";
import type { Closing, Estimate, Figures, Quality, TrainingInput } from "../training/training_input.ts";
import type { FitValues } from "./command.ts";
import { fitPreview } from "./fit_preview.ts";
import { differ, type Fit, fitOf } from "./fit_quality.ts";
import type { Samples } from "./load_samples.ts";
import { rowsOf } from "./matrix.ts";
import { type ColumnRanges, pickRows, rangesOf, scaled, splitRows, unscaled } from "./scaling.ts";

/** About how long it takes to encode a million numbers, in seconds. */
const FILE_SECONDS = 0.2;

/** What is measured if no targets differ, for a message. */
const MEASURED =
  "instead of an SNR there are rmse, the root of the mean squared error, and psnr, 1 over that error in decibels";

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

  /** @param description A field from as many inputs to as many outputs as the samples have. */
  constructor(gpu: Gpu, readonly samples: Samples, readonly values: FitValues, description: FieldDescription) {
    const { inputs, targets } = samples;
    const isProbability = values.objective === "binaryCrossEntropy";
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
    const objective = chosenObjective(values);
    this.objective = values.normalise || isProbability
      ? objective
      : { ...objective, constantLoss: Math.max(meanSquare(this.#targets), objective.constantLoss ?? 0) };
    const { train, test } = this.#rows;
    this.data = tableData({ gpu, description }, this.objective, {
      inputs: pickRows(this.#inputs, inputs.columns, train),
      targets: pickRows(this.#targets, targets.columns, train),
    });
    const where = test.length > 0 ? "held-out samples" : "all samples";
    this.quality = qualityFor(where, isProbability, differ(this.#targets));
    const scored = pickRows(this.#targets, targets.columns, test.length > 0 ? test : train);
    if (!isProbability && !differ(scored)) {
      const name = values.targets ?? values.inputs ?? "The samples";
      warn(
        `${name}: the targets of ${where} are all the same and have no variance: ${
          differ(this.#targets) ? "the SNR takes that of all samples" : MEASURED
        }.`,
      );
    }
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

  checkUnchanged({ samples }: Readonly<Record<string, unknown>>): void {
    if (JSON.stringify(samples) === JSON.stringify(this.config.samples)) return;
    throw new UserError(
      `${
        this.values.inputs ?? "The samples"
      }: expected the samples with which the run began, found others: their number, their columns or the ` +
        "ranges of their columns differ.",
    );
  }

  async measure(field: Field, signal?: AbortSignal): Promise<Figures> {
    const result = await evaluateField(field, this.#inputs, signal) as Float32Array;
    this.#result = result;
    const { train, test } = this.#rows;
    const on = (rows: readonly number[]): Fit => {
      const pick = (data: Float32Array) => pickRows(data, this.outputs, rows);
      return fitOf(pick(result), pick(this.#targets), this.values.objective, this.#targets);
    };
    const trained = on(train);
    if (test.length === 0) return { ...trained };
    const held = Object.entries(trained).map((
      [name, value],
    ) => [`train${name[0].toUpperCase()}${name.slice(1)}`, value]);
    return { ...on(test), ...Object.fromEntries(held) };
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

  async conclude(_: Field, folder: RunFolder, __: TrainEvent, { part }: Closing): Promise<Figures> {
    const write = () => folder.writeFile("predictions.npy", this.#predictions());
    await part("writing the predictions", write, this.estimate().snapshot);
    return { samples: rowsOf(this.samples.inputs) };
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
    const isLogit = this.values.objective === "binaryCrossEntropy";
    return isLogit ? result.map((logit) => 1 / (1 + Math.exp(-logit))) : result;
  }

  [Symbol.dispose](): void {
    this.data[Symbol.dispose]();
  }
}

/** What measures the quality; the same for all seeds. */
function qualityFor(where: string, isProbability: boolean, haveVariance: boolean): Quality {
  if (isProbability) return { figure: "accuracy", name: "accuracy", label: `accuracy on ${where}`, digits: 4 };
  const [figure, name] = haveVariance ? ["snr", "SNR"] : ["psnr", "PSNR"];
  return { figure, name, label: `${name} on ${where} (dB)`, digits: 2, unit: " dB" };
}

/** The loss of a field that is 0 everywhere, by which a divergence is told where targets are not scaled. */
function meanSquare(targets: Float32Array): number {
  return targets.reduce((sum, target) => sum + target ** 2, 0) / targets.length;
}

function checkProbabilities({ targets: { columns, data } }: Samples, { inputs, targets = inputs }: FitValues): void {
  const odd = data.findIndex((value) => !(value >= 0 && value <= 1));
  if (odd < 0) return;
  throw new UserError(
    `${targets}, sample ${Math.floor(odd / columns)}, target ${
      odd % columns
    }: expected a probability from 0 to 1 for binaryCrossEntropy, ` +
      `found ${data[odd]}.`,
  );
}
