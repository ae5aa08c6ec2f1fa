import { poseFrom, PoseMender } from "./camera_matrix.ts";
import { resizeCamera } from "./camera.ts";
import { cameraFrom, focalDoubt, givenSize, readIntrinsics } from "./intrinsics.ts";
import { besideWarnings } from "./beside_pictures.ts";
import { isRecord, type Json, parseJson, shown } from "./json_value.ts";
import { printable } from "./printable.ts";
import type { SceneOptions, SceneSurvey } from "./scene.ts";
import { insidePath, leavesFolder, type SceneFiles } from "./scene_files.ts";
import { FileFinder, type FoundFile, plainPath } from "./scene_paths.ts";
import { areUpright, checkCameraSize, pictureWarnings, readHeader, shrunkSize, usedSize } from "./scene_picture.ts";
import { KeyCheck } from "./transforms_keys.ts";
import type { NamedShot } from "./transforms_split.ts";

/** A transforms file. */
export interface FrameList {
  /** The name of the file in error messages. */
  readonly where: string;
  readonly json: Json;
  readonly frames: readonly unknown[];
}

/** A frame whose picture was found. */
export interface Frame {
  /** Its name in error messages. */
  readonly what: string;
  readonly where: string;
  readonly json: Json;
  readonly shared: Json;
  readonly pose: number[];
  readonly found: FoundFile;
  readonly mask?: FoundFile;
}

/** Reads the frames of a scene's transforms files and collects warnings. */
export class TransformsReader {
  readonly warnings: string[] = [];
  readonly #finder: FileFinder;
  readonly #keys = new KeyCheck();
  #upright = false;

  constructor(readonly files: SceneFiles, readonly options: SceneOptions) {
    this.#finder = new FileFinder(files, options.downscale);
  }

  /** Reads a transforms file; it must have frames unless it `mayBeEmpty`. */
  async list(file: string, mayBeEmpty = false): Promise<FrameList> {
    const where = `${this.files.name}/${file}`;
    const bytes = await this.files.read(file);
    if (bytes === undefined) throw new Error(`${where}: there is no such file.`);
    const json = parseJson(bytes, where);
    if (!isRecord(json) || !Array.isArray(json.frames) || (json.frames.length === 0 && !mayBeEmpty)) {
      throw new Error(`${where}: this file is no scene: expected a list "frames" with at least one frame, found none.`);
    }
    return { where, json, frames: json.frames };
  }

  /** The frames that have a picture. There must be one unless the pictures `mayBeMissing`. */
  async frames({ where, json: shared, frames: listed }: FrameList, mayBeMissing = false): Promise<Frame[]> {
    this.#keys.check(shared, "file", where);
    const frames: Frame[] = [];
    const missing: string[] = [];
    const taken = new Set<string>();
    const mender = new PoseMender();
    for (const [i, json] of listed.entries()) {
      const what = `${where}, frame ${i}`;
      if (!isRecord(json) || typeof json.file_path !== "string") {
        throw new Error(`${what}: expected a file_path, found ${shown(isRecord(json) ? json.file_path : undefined)}.`);
      }
      this.#keys.check(json, "frame", what);
      const pose = mender.mend(poseFrom(json.transform_matrix, what), printable(json.file_path));
      const found = await this.#finder.find(json.file_path);
      if (found === undefined) {
        if (insidePath(json.file_path) === undefined && !mayBeMissing) throw leavesFolder(what, json.file_path);
        missing.push(json.file_path);
        continue;
      }
      if (taken.has(found.path)) {
        throw new Error(`${what}: expected a picture of its own, but ${nameOf(found, json)} is another frame's too.`);
      }
      taken.add(found.path);
      frames.push({ what, where, json, shared, pose, found, mask: await this.#mask(json, what) });
    }
    if (frames.length === 0 && mayBeMissing) return [];
    if (frames.length === 0) {
      throw new Error(`${where}: none of its ${missing.length} pictures exists, such as ${printable(missing[0])}.`);
    }
    const some = `${missing.length} of ${listed.length} pictures are missing`;
    if (missing.length > 0) this.warnings.push(`${where}: ${some}, such as ${printable(missing[0])}.`);
    this.warnings.push(...placeWarnings(where, frames, this.options.downscale));
    this.warnings.push(...await besideWarnings(this.files, frames.map(({ found }) => found.path)));
    this.warnings.push(...mender.warnings(where));
    return frames;
  }

  async #mask({ mask_path: name }: Json, what: string): Promise<FoundFile | undefined> {
    if (name === undefined || name === null) return undefined;
    if (typeof name !== "string") throw new Error(`${what}: mask_path: expected a path, found ${shown(name)}.`);
    const found = await this.#finder.find(name);
    if (found !== undefined) return found;
    if (insidePath(name) === undefined) throw leavesFolder(what, name);
    throw new Error(`${what}: mask_path: expected a file in the scene's folder, but there is no ${shown(name)}.`);
  }

  /** The views of frames, after the headers of all pictures were read. */
  async shots(frames: readonly Frame[]): Promise<NamedShot[]> {
    const shared = new Map([...new Set(frames.map((frame) => frame.shared))].map((json) => [
      json,
      readIntrinsics(json, frames.find((frame) => frame.shared === json)!.where),
    ]));
    const photographs = [];
    for (const frame of frames) {
      const numbers = { own: readIntrinsics(frame.json, frame.what), shared: shared.get(frame.shared)! };
      const header = await readHeader(this.files, frame.found.path);
      photographs.push({ frame, numbers, header, path: frame.found.path, given: givenSize(numbers, frame.what) });
    }
    this.#upright = areUpright(photographs);
    this.warnings.push(...pictureWarnings(this.files.name, photographs, this.#upright));
    let doubt: string | undefined;
    const shots = photographs.map(({ frame, numbers, header, given }): NamedShot => {
      const { what, found, mask, pose, json } = frame;
      const file = usedSize(header, this.#upright);
      const usual = { width: file.width * found.shrunk, height: file.height * found.shrunk };
      checkCameraSize(what, given ?? usual, file);
      doubt ??= [numbers.own, numbers.shared].map((each) => focalDoubt(each, given ?? usual, what)).find(Boolean);
      const { width, height } = shrunkSize(file.width, file.height, this.options.size);
      return {
        name: nameOf(found, json),
        given: plainPath(json.file_path as string),
        path: found.path,
        ...mask && { maskPath: mask.path },
        file,
        camera: resizeCamera(cameraFrom({ ...numbers, pose, usual }, what), width, height),
      };
    });
    if (doubt !== undefined) this.warnings.push(doubt);
    return shots;
  }

  /**
   * The survey of a scene of these views.
   *
   * @param where The name of the files in warnings about their keys.
   */
  survey(where: string, parts: Pick<SceneSurvey, "train" | "test" | "near" | "far">): SceneSurvey {
    const { background = "white" } = this.options;
    const warnings = [...this.warnings, ...this.#keys.warnings(where)];
    return { ...parts, kind: "around", background, warnings, upright: this.#upright };
  }
}

/** The name of a view: the path that its frame gives, if it leads to the picture. */
function nameOf({ path, elsewhere, shrunk }: FoundFile, { file_path: given }: Json): string {
  return printable(elsewhere || shrunk !== 1 ? path : insidePath(given as string) ?? path);
}

/** What to tell of pictures that are not where their frames say. */
function placeWarnings(where: string, frames: readonly Frame[], downscale = 1): string[] {
  const warnings: string[] = [];
  const example = ({ found, json }: Frame) =>
    `such as ${printable(found.path)} for ${printable(json.file_path as string)}`;
  const elsewhere = frames.filter(({ found }) => found.elsewhere);
  if (elsewhere.length > 0) {
    const which = `${elsewhere.length} of ${frames.length} paths lead to no file in the scene's folder`;
    warnings.push(`${where}: ${which}, so files with the same last parts are read, ${example(elsewhere[0])}.`);
  }
  const others = frames.filter(({ found }) => found.shrunk !== downscale);
  if (others.length === 0) return warnings;
  const which = `${others.length} of ${frames.length} pictures`;
  warnings.push(
    downscale === 1
      ? `${where}: ${which} are missing, so shrunk copies are read instead, ${example(others[0])}.`
      : `${where}: ${which} have no copy shrunk by ${downscale}, so others are read instead, ${example(others[0])}.`,
  );
  return warnings;
}
