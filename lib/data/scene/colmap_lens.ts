import type { Camera, Distortion } from "./camera.ts";
import type { ColmapCamera } from "./colmap_model.ts";

/** COLMAP's camera models by their numbers, with the names of their parameters. */
export const CAMERA_MODELS: readonly { readonly model: string; readonly parameters: readonly string[] }[] = [
  ["SIMPLE_PINHOLE", "f cx cy"],
  ["PINHOLE", "fx fy cx cy"],
  ["SIMPLE_RADIAL", "f cx cy k1"],
  ["RADIAL", "f cx cy k1 k2"],
  ["OPENCV", "fx fy cx cy k1 k2 p1 p2"],
  ["OPENCV_FISHEYE", "fx fy cx cy k1 k2 k3 k4"],
  ["FULL_OPENCV", "fx fy cx cy k1 k2 p1 p2 k3 k4 k5 k6"],
  ["FOV", "fx fy cx cy omega"],
  ["SIMPLE_RADIAL_FISHEYE", "f cx cy k1"],
  ["RADIAL_FISHEYE", "f cx cy k1 k2"],
  ["THIN_PRISM_FISHEYE", "fx fy cx cy k1 k2 p1 p2 k3 k4 sx1 sy1"],
].map(([model, names]) => ({ model, parameters: names.split(" ") }));

/** The models whose rays can be computed. */
const KNOWN = ["SIMPLE_PINHOLE", "PINHOLE", "SIMPLE_RADIAL", "RADIAL", "OPENCV", "FULL_OPENCV"];

/**
 * Focal lengths, principal point and distortion of a COLMAP camera, whose pixels are counted as ours are.
 *
 * @throws {Error} If the lens is none of pinhole, radial or OpenCV's with k4 to k6 of 0.
 */
export function lensOf({ what, model, parameters }: ColmapCamera): Pick<Camera, "focal" | "centre" | "distortion"> {
  const kind = CAMERA_MODELS.find((known) => known.model === model);
  const numbers: Record<string, number> = Object.fromEntries(
    kind?.parameters.map((name, i) => [name, parameters[i]]) ?? [],
  );
  const extra = ["k4", "k5", "k6"].find((name) => (numbers[name] ?? 0) !== 0);
  if (!KNOWN.includes(model) || extra !== undefined) {
    const found = extra !== undefined && KNOWN.includes(model) ? `${model} with ${extra} ${numbers[extra]}` : model;
    throw new Error(
      `${what}: expected a camera model of ${KNOWN.slice(0, -1).join(", ")}, or ${
        KNOWN.at(-1)
      } without k4 to k6, found ${found}; ` +
        "colmap image_undistorter makes pictures and a model of PINHOLE cameras from it.",
    );
  }
  const { f, fx = f, fy = f, cx, cy, k1 = 0, k2 = 0, k3 = 0, p1 = 0, p2 = 0 } = numbers;
  const distortion: Distortion = { k1, k2, k3, p1, p2 };
  const isDistorted = Object.values(distortion).some((value) => value !== 0);
  return { focal: [fx, fy], centre: [cx, cy], ...isDistorted && { distortion } };
}
