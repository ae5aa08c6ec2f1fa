import { type Json, shown } from "./json_value.ts";
import { printable } from "./printable.ts";

/** Where a key may be: in the file, in its frames or in both. */
type Place = "file" | "frame" | "both";

/** What is done with a key. */
type Use =
  /** Its value is used. */
  | { readonly use: "read" }
  /** It changes neither pixels nor poses, so it is passed over without a word. */
  | { readonly use: "harmless" }
  /** It may change what is meant, and it is not used: a warning tells why. */
  | { readonly use: "unused"; readonly why: string }
  /** It means something that cannot be drawn, unless its value is `allowed`. */
  | { readonly use: "refused"; readonly expected: string; readonly allowed: (value: unknown) => boolean };

type Rule = Use & { readonly at: Place };

const isOff = (value: unknown) => value === false || value === 0;
const read = (at: Place, ...names: string[]) => rules(at, { use: "read" }, names);
const harmless = (at: Place, ...names: string[]) => rules(at, { use: "harmless" }, names);
const unused = (at: Place, why: string, ...names: string[]) => rules(at, { use: "unused", why }, names);
const refused = (at: Place, expected: string, allowed: (value: unknown) => boolean, ...names: string[]) =>
  rules(at, { use: "refused", expected, allowed }, names);

function rules(at: Place, use: Use, names: readonly string[]): [string, Rule][] {
  return names.map((name) => [name, { ...use, at }]);
}

const PINHOLES = ["OPENCV", "PINHOLE", "SIMPLE_PINHOLE", "SIMPLE_RADIAL", "RADIAL"];

/**
 * Every known key of a transforms file, as instant-ngp, nerfstudio, NeRF-synthetic and BlenderNeRF write them. A key that is null counts
 * as missing. A key that is not in this table is listed in a warning.
 */
const TRANSFORMS_KEYS: ReadonlyMap<string, Rule> = new Map([
  ...read("file", "frames", "near", "far", "train_filenames", "val_filenames", "test_filenames"),
  ...read("frame", "file_path", "transform_matrix", "mask_path"),
  ...read("both", "fl_x", "fl_y", "cx", "cy", "w", "h", "camera_angle_x", "camera_angle_y", "K"),
  ...read("both", "k1", "k2", "k3", "p1", "p2", "distortion_params"),
  ...refused(
    "both",
    "a camera_model OPENCV or PINHOLE",
    (value) => PINHOLES.includes(value as string),
    "camera_model",
  ),
  ...refused("both", "a lens that is no fisheye", isOff, "is_fisheye", "fisheye"),
  ...refused("both", "a lens of k1, k2, k3, p1 and p2", isOff, "k4", "k5", "k6"),
  ...refused("both", "a pinhole camera", isOff, "equirectangular", "latlong", "orthographic", "ftheta"),
  ...refused("both", "a pinhole camera", () => false, ...[0, 1, 2, 3, 4].map((i) => `ftheta_p${i}`)),
  ...refused(
    "both",
    "a shutter that opens for the whole picture at once",
    (value) => Array.isArray(value) && value.every(isOff),
    "rolling_shutter",
  ),
  ...refused("both", "poses in the convention of Blender", isOff, "from_mitsuba", "from_na"),
  ...refused("frame", "one transform_matrix", () => false, "transform_matrix_start", "transform_matrix_end"),
  ...refused("file", "rays of cameras", isOff, "enable_ray_loading"),
  ...unused("both", "depth maps are not trained on", "depth_path", "depth_file_path"),
  ...unused("both", "all views are taken for one moment", "time"),
  ...unused("both", "white pixels stay white", "white_transparent"),
  ...unused("both", "black pixels stay black", "black_transparent"),
  ...unused("both", "pixels of one colour are not masked", "mask_color"),
  ...unused("both", "pixels are taken as they are stored", "is_hdr", "fix_premult"),
  ...unused("file", "all frames are read", "n_frames"),
  ...harmless("file", "aabb", "aabb_scale", "scale", "offset", "up", "render_aabb", "sharpen", "ply_file_path"),
  ...harmless("file", "applied_transform", "applied_scale", "orientation_override", "n_extra_learnable_dims"),
  ...harmless("file", "enable_depth_loading", "integer_depth_scale"),
  ...harmless("frame", "sharpness", "rotation", "colmap_im_id", "colmap_image_id"),
]);

/** The most names that a warning lists. */
const MOST_LISTED = 8;

/** Checks the keys of a transforms file and its frames, and remembers those of which to warn. */
export class KeyCheck {
  readonly #unknown = new Set<string>();
  readonly #unused = new Set<string>();

  /**
   * Checks the keys of one object.
   *
   * @param what The name of the object in the error message.
   * @throws {Error} If a key means something that cannot be drawn.
   */
  check(json: Json, place: "file" | "frame", what: string): void {
    for (const [key, value] of Object.entries(json)) {
      if (value === null) continue;
      const rule = TRANSFORMS_KEYS.get(key);
      if (rule === undefined || (rule.at !== place && rule.at !== "both")) this.#unknown.add(key);
      else if (rule.use === "unused" && !isOff(value)) this.#unused.add(key);
      else if (rule.use === "refused" && !rule.allowed(value)) {
        const name = rule.expected.includes(key) ? "" : `${key} `;
        throw new Error(`${what}: expected ${rule.expected}, found ${name}${shown(value)}.`);
      }
    }
  }

  /**
   * The warnings: one for each reason why keys are not used, and one with all unknown keys.
   *
   * @param where The name of the files.
   */
  warnings(where: string): string[] {
    const reasons = Map.groupBy(this.#unused, (key) => (TRANSFORMS_KEYS.get(key) as { why: string }).why);
    const warnings = [...reasons].map(([why, keys]) => `${where}: ${keys.join(" and ")} is not used: ${why}.`);
    const unknown = [...this.#unknown];
    if (unknown.length === 0) return warnings;
    const listed = unknown.slice(0, MOST_LISTED).map((each) => printable(each)).join(", ");
    const further = unknown.length > MOST_LISTED ? ` and ${unknown.length - MOST_LISTED} more` : "";
    return [...warnings, `${where}: these keys are unknown and not used: ${listed}${further}.`];
  }
}
