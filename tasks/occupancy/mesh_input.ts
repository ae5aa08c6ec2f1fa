import { type LargestParts, largestParts } from "../../lib/data/mesh/largest_parts.ts";
import { extractMesh, fieldSlices } from "../../lib/data/mesh/field_grid.ts";
import type { MeshReport } from "../../lib/data/mesh/inspect.ts";
import { denormaliseMesh, type NormalisedMesh } from "../../lib/data/mesh/normalise.ts";
import { OccupancySampler } from "../../lib/data/mesh/occupancy_sampler.ts";
import type { Picture } from "../../lib/codec/image/picture.ts";
import type { Field } from "../../lib/field/field.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { compareMeshes } from "../../lib/metric/mesh_distance.ts";
import { scoreBatch, scoreOccupancy } from "../../lib/metric/occupancy.ts";
import type { Objective } from "../../lib/objective/objective.ts";
import { encodeObj } from "../../lib/codec/mesh/encode_obj.ts";
import { meshPicture } from "../../lib/render/mesh_picture.ts";
import { encodePly } from "../../lib/codec/mesh/encode_ply.ts";
import { encodePng } from "../../lib/codec/image/encode_png.ts";
import { errorPicture } from "../run/error_picture.ts";
import type { Preview } from "../run/preview.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { slicePicture } from "../../lib/render/slice_picture.ts";
import type { TrainingData } from "../../lib/data/training_data.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import { checkShape, number, object } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import type { Closing, Estimate, Figures, Summary, TrainingInput } from "../training/training_input.ts";
import { divideTime } from "../training/closing_parts.ts";
import { checkSameData, hashOf } from "../training/data_hash.ts";
import { chosenObjective } from "../training/objective.ts";
import { DEFAULT_NAME } from "./load_mesh.ts";
import { fieldFor, type OccupancySettings } from "./settings.ts";

/** How many held-out points are scored during training. They are the first of those that are scored at the end. */
const POINTS_WHILE_TRAINING = 20_000;

/** The threshold by default. */
const USUAL_THRESHOLD = 0.5;

/** Side of the picture of the cross-section in pixels. */
const SECTION = 384;

/** Side of the cross-section of a preview; it has fewer points than are scored while training. */
const PREVIEW_SECTION = 128;

/** About how long it takes to find, draw and write the surface in a grid of 100 cells along each axis, in seconds. */
const MESH_SECONDS = 2;

/** About how long the comparison of two meshes takes, in seconds. */
const COMPARISON_SECONDS = 3;

const count = number({ whole: true, min: 0 });

/** What `config.json` has about the mesh, by which a resumed run recognises it. Runs of earlier versions do not have all figures. */
export const meshShape = object({ vertices: count, faces: count });

/** A mesh on the device. A run that trains on it writes scores on held-out points, the mesh extracted from the field, and pictures. */
export class MeshInput implements TrainingInput {
  readonly outputs = 1;
  readonly quality = { figure: "iouUniform", name: "uniform IoU", label: "IoU, uniform points", digits: 4 };
  /** Seconds between evaluations. It is limited, because an epoch of a million points may take many minutes. */
  readonly evaluationInterval = 60;
  readonly data: TrainingData;
  readonly objective: Objective;
  readonly #sampler: OccupancySampler;
  /** For each side of a cross-section, the winding numbers of its points minus the threshold. */
  readonly #sections = new Map<number, Float32Array>();
  #secondsToMeasure = 0;
  #dataHash?: string;

  constructor(gpu: Gpu, readonly input: NormalisedMesh, readonly values: OccupancySettings) {
    const { points, seed, threshold } = values;
    this.objective = chosenObjective(values, fieldFor(values));
    this.#sampler = new OccupancySampler(gpu, input.mesh, { threshold });
    this.data = this.#sampler.data({ count: points, seed });
  }

  /**
   * Checks that points are labelled inside as well as outside, since nothing can be learnt from labels that are all the same.
   *
   * @throws {UserError} If all of many points around the mesh are inside, or all are outside. The message names the reason: the threshold
   * only if another one was chosen and the usual one would do.
   */
  async checkLabels(): Promise<void> {
    const { points, inside } = await this.#sampler.sample({ count: POINTS_WHILE_TRAINING, mix: "halves" });
    const within = inside.reduce((sum, label) => sum + label, 0);
    if (within > 0 && within < inside.length) return;
    const numbers = await this.#sampler.winding.at(points);
    const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
    const found = `${within === 0 ? "none" : "all"} of ${inside.length} points around the mesh inside`;
    const range = `their winding numbers are about ${
      [least, most].map((number) => +number.toFixed(1) + 0).join(" to ")
    }`;
    const { threshold, mesh: name = DEFAULT_NAME } = this.values;
    if (least <= USUAL_THRESHOLD && most > USUAL_THRESHOLD) {
      throw new UserError(
        `--threshold ${threshold}: expected winding numbers below and above it, found ${found}: ${range}.`,
      );
    }
    const reason = this.input.warnings[0]?.slice(`${name}: `.length) ?? `${range}.`;
    throw new UserError(`${name}: expected points inside and points outside, found ${found}: ${reason}`);
  }

  get config(): Record<string, unknown> {
    const { report, cleaning, transform, turned } = this.input;
    return { mesh: { ...report, turned, cleaning }, transform };
  }

  get dataHash(): string {
    const { positions, indices } = this.input.mesh;
    return this.#dataHash ??= hashOf([positions, indices]);
  }

  checkUnchanged(config: Readonly<Record<string, unknown>>): void {
    const name = this.values.mesh ?? "The mesh";
    const began = checkShape(config.mesh, meshShape, "config.json, mesh");
    const found = this.input.report;
    // A run of an earlier version does not have all figures.
    const same = Object.entries(this.config.mesh as MeshReport).filter(([key]) => Object.hasOwn(began, key));
    if (JSON.stringify(began) === JSON.stringify(Object.fromEntries(same))) {
      return checkSameData(config, this.dataHash, { name, what: "vertices and faces" });
    }
    const size = ({ vertices, faces }: Pick<MeshReport, "vertices" | "faces">) =>
      `${vertices} vertices and ${faces} faces`;
    const now = size(began) === size(found) ? "the same numbers of different ones" : size(found);
    throw new UserError(`${name}: expected ${size(began)}, as when the run began, found ${now}.`);
  }

  async measure(field: Field, signal?: AbortSignal): Promise<Figures> {
    const begin = performance.now();
    const scores = { ...await scoreOccupancy(field, this.#sampler, { count: this.#pointsToMeasure, signal }) };
    this.#secondsToMeasure = (performance.now() - begin) / 1000;
    return scores;
  }

  /** How many points are scored during training. */
  get #pointsToMeasure(): number {
    return Math.min(POINTS_WHILE_TRAINING, this.values.testPoints);
  }

  estimate(evaluation: number): Estimate {
    const { testPoints, resolution } = this.values;
    // A point of a grid takes about as long as one that is scored: its field is evaluated.
    const each = evaluation / this.#pointsToMeasure;
    const section = SECTION ** 2 * each;
    const mesh = (resolution + 1) ** 3 * each + MESH_SECONDS * (resolution / 100) ** 2;
    const closing = [
      { name: "the mesh", seconds: mesh },
      { name: "the cross-section", seconds: section },
      { name: "the comparison", seconds: COMPARISON_SECONDS },
      { name: "scoring", seconds: testPoints * each, isDivisible: true },
    ];
    return { snapshot: section, closing };
  }

  async snapshot(field: Field, folder: RunFolder, name: string, signal?: AbortSignal): Promise<void> {
    await folder.writeFile(`${name}.png`, encodePng(await this.#section(field, signal)));
  }

  async conclude(field: Field, folder: RunFolder, event: TrainEvent, closing: Closing): Promise<Summary> {
    const { values } = this;
    const { part, say, signal } = closing;
    const { closing: parts } = this.estimate(this.#secondsToMeasure);
    const [forMesh, forSection, , forScoring] = parts;
    const share = divideTime(parts, closing.left()).scoring;
    const scores = await this.#score(field, share < forScoring.seconds ? share / forScoring.seconds : 1, closing);
    const section = async () => folder.writeFile("slice.png", encodePng(await this.#section(field, signal)));
    await part("drawing the cross-section", section, forSection.seconds);
    const progress = (done: number) => say("extracting the mesh", done);
    const extract = () => extractMesh(field, { resolution: values.resolution, progress, signal });
    const extracted = await part("extracting the mesh", extract, forMesh.seconds);
    const largest = extracted && largestParts(extracted, values.components);
    const authors = values.metric === "authors" ? { iouAuthors: await this.#authors(field, event, signal) } : {};
    return { ...scores, ...authors, ...largest && await this.#concludeMesh(largest, folder, closing) };
  }

  /** Scores the field on a part of the held-out points, if those are more than at the last measurement. */
  async #score(field: Field, share: number, { part, leaveOut, signal }: Closing): Promise<Figures | undefined> {
    const { testPoints } = this.values;
    const count = Math.floor(share * testPoints);
    if (count < testPoints) {
      leaveOut(`scoring more than ${Math.max(count, this.#pointsToMeasure)} of ${testPoints} points`);
    }
    if (count < testPoints && count <= this.#pointsToMeasure) return undefined;
    const score = async () => ({ ...await scoreOccupancy(field, this.#sampler, { count, signal }) });
    return await part(`scoring ${count} held-out points`, score);
  }

  /** Writes an extracted mesh and its pictures, and compares it with the input. */
  async #concludeMesh({ mesh, parts }: LargestParts, folder: RunFolder, { part }: Closing): Promise<Figures> {
    const { input } = this;
    await part("drawing the meshes", async () => {
      await folder.writeFile("input.png", encodePng(meshPicture(input.mesh, { beside: mesh })));
    });
    await part("drawing the reconstruction", async () => {
      await folder.writeFile("reconstruction.png", encodePng(meshPicture(mesh, { beside: input.mesh })));
    });
    await part("writing the mesh", async () => {
      const placed = denormaliseMesh(mesh, input.transform);
      await folder.writeFile("mesh.ply", encodePly(placed));
      await folder.writeFile("mesh.obj", encodeObj(placed));
    });
    const faces = mesh.indices.length / 3;
    // A field that is positive nowhere has no surface to compare.
    const compare = () => compareMeshes(mesh, input.mesh);
    const distance = faces === 0 ? {} : await part("comparing the mesh with the input", compare, COMPARISON_SECONDS);
    return { vertices: mesh.positions.length / 3, faces, components: parts, ...distance };
  }

  /** The metric of the published code: the IoU of the last training batch, where a logit (not a probability) above ½ means inside. */
  #authors(field: Field, { step, stepsPerEpoch }: TrainEvent, signal: AbortSignal): Promise<number> {
    const { points, batchSize, seed } = this.values;
    const last = Math.max(0, step - 1);
    const first = (last % stepsPerEpoch) * batchSize;
    const place = { epoch: Math.floor(last / stepsPerEpoch), first, rows: Math.min(batchSize, points - first) };
    return scoreBatch(field, this.#sampler, { ...place, count: points, seed }, 0.5, signal);
  }

  async preview(field: Field, signal?: AbortSignal): Promise<Preview> {
    const size = PREVIEW_SECTION;
    const { logits, truth } = await this.#valuesIn(field, size, signal);
    const picture = (pixels: Float32Array): Picture => ({ width: size, height: size, channels: 1, pixels });
    const inside = truth.map((value) => value > 0 ? 1 : 0);
    return {
      truth: slicePicture(truth, size, size),
      result: slicePicture(logits, size, size, truth),
      error: errorPicture(picture(logits.map((value) => 1 / (1 + Math.exp(-value)))), picture(inside)),
      titles: [
        "Cross-section z = 0 of the input",
        "The field there: blue outside, orange inside, its surface in black, the input's in green",
        "Error of the probability, from black (0) to pale yellow (0.25 or more)",
      ],
    };
  }

  /** A picture of the field in the plane z = 0, with y pointing up. */
  async #section(field: Field, signal?: AbortSignal): Promise<Picture> {
    const { logits, truth } = await this.#valuesIn(field, SECTION, signal);
    return slicePicture(logits, SECTION, SECTION, truth);
  }

  /** The logits of the field, and the true winding numbers minus the threshold, at square points of the plane z = 0, the top row first. */
  async #valuesIn(field: Field, side: number, signal?: AbortSignal) {
    const spacing = 2 / (side - 1);
    const size = [side, side, 1] as const;
    const [logits] = await Array.fromAsync(fieldSlices(field, { size, origin: [-1, -1, 0], spacing }, { signal }));
    const truth = this.#sections.get(side) ?? await this.#trueSection(side);
    this.#sections.set(side, truth);
    return { logits: topFirst(logits, side), truth };
  }

  async #trueSection(side: number): Promise<Float32Array> {
    const spacing = 2 / (side - 1);
    const points = Float32Array.from({ length: 3 * side * side }, (_, i) => {
      const [axis, at] = [i % 3, Math.floor(i / 3)];
      return axis === 0 ? spacing * (at % side) - 1 : axis === 1 ? spacing * Math.floor(at / side) - 1 : 0;
    });
    const { winding, threshold } = this.#sampler;
    return topFirst((await winding.at(points)).map((w) => w - threshold), side);
  }

  [Symbol.dispose](): void {
    this.#sampler[Symbol.dispose]();
  }
}

/** Reverses the order of rows, since y points up and the rows of a picture go down. */
function topFirst(values: Float32Array, side: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < side; row++) {
    turned.set(values.subarray(row * side, (row + 1) * side), (side - 1 - row) * side);
  }
  return turned;
}
