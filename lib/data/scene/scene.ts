import type { OptionNames } from "../../hyperparameter/members.ts";
import type { Picture } from "../../codec/image/picture.ts";
import type { Camera } from "./camera.ts";

/** A photograph with the camera that took it. */
export interface View {
  /** The path of the photograph in the scene. */
  readonly name: string;
  /** The camera, in the scene's world. */
  readonly camera: Camera;
  /** The photograph: RGB, of the camera's size, composited on the scene's background if it is transparent. */
  readonly picture: Picture;
  /** The photograph's alpha, 1 channel of the same size; undefined if it has none. */
  readonly alpha?: Picture;
  /** `[height · width]`: 1 for pixels that are trained on and scored, 0 for masked ones; undefined if there is no mask. */
  readonly mask?: Uint8Array;
}

/** A photograph that has not been decoded, with its camera. */
export interface Shot {
  /** The path of the photograph in the scene, without characters that a terminal would obey. */
  readonly name: string;
  /** The path of its file. */
  readonly path: string;
  /** The path of its mask, if it has one. */
  readonly maskPath?: string;
  /** The size of the photograph in its file, in pixels. */
  readonly file: { readonly width: number; readonly height: number };
  /** The camera, for the photograph as the option `size` shrinks it. */
  readonly camera: Camera;
}

/** Posed photographs of one scene, and what is known of the scene as a whole. */
export interface Posed<V> {
  /** The views to train on. */
  readonly train: readonly V[];
  /** The views that are held out for testing. */
  readonly test: readonly V[];
  /** The nearest distance of the scene along rays, in the units of the poses. */
  readonly near: number;
  /** The farthest distance of the scene along rays, in the units of the poses. */
  readonly far: number;
  /** Whether all cameras look in about the same direction (`forward`) or stand around what they look at (`around`). */
  readonly kind: "forward" | "around";
  /** The colour behind the scene. */
  readonly background: "black" | "white";
  /** Warnings for the user, one sentence each. */
  readonly warnings: readonly string[];
}

/** Photographs of one scene with known cameras, which may differ in size. */
export type Scene = Posed<View>;

/** A scene whose photographs have not been decoded. */
export interface SceneSurvey extends Posed<Shot> {
  /** Whether photographs are turned according to their EXIF orientation, because their cameras are given for upright ones. */
  readonly upright: boolean;
}

/** The ways to choose the views that are held out. */
export const HOLDS = ["every8", "last10%"] as const;

/** Options for reading a scene. */
export interface SceneOptions {
  /** The longer side of the photographs in pixels, an integer of at least 1; larger ones are shrunk. By default they keep their size. */
  readonly size?: number;
  /**
   * The factor of the folder to read: 1 for `images`, 2 for `images_2` and so on. By default 8 for LLFF, and for other scenes the folder
   * that their file names.
   */
  readonly downscale?: number;
  /** Which views are held out if the scene itself does not say: every 8th (default) or the last tenth. */
  readonly hold?: "every8" | "last10%";
  /** The colour on which transparent photographs are composited; by default white, for LLFF black. */
  readonly background?: "black" | "white";
  /** The nearest distance; by default the scene's. */
  readonly near?: number;
  /** The farthest distance; by default the scene's. */
  readonly far?: number;
  /** The most pixels that all training views may have together; by default there is no limit. */
  readonly mostPixels?: number;
  /** Ends reading between two photographs, by throwing its reason. */
  readonly signal?: AbortSignal;
  /** Called before each photograph is decoded, with the number of those that are. */
  readonly onProgress?: (decoded: number, photographs: number) => void;
}

/** The names of {@linkcode SceneOptions}. */
export const SCENE_OPTIONS: OptionNames<SceneOptions> = {
  size: true,
  downscale: true,
  hold: true,
  background: true,
  near: true,
  far: true,
  mostPixels: true,
  signal: true,
  onProgress: true,
};

/** Splits views into those to train on and those that are held out. */
export function splitViews<T>(views: readonly T[], hold: (typeof HOLDS)[number] = "every8"): { train: T[]; test: T[] } {
  const firstOfLast = views.length - Math.max(1, Math.round(views.length / 10));
  const held = (i: number) => hold === "every8" ? i % 8 === 0 : i >= firstOfLast;
  return { train: views.filter((_, i) => !held(i)), test: views.filter((_, i) => held(i)) };
}
