import type { Picture } from "../../codec/image/picture.ts";
import type { Camera } from "./camera.ts";

/** A photograph with the camera that took it. */
export interface View {
  /** The picture's path in the scene. */
  readonly name: string;
  /** In the scene's world. */
  readonly camera: Camera;
  /** RGB, of the camera's size, transparency laid over the scene's background. */
  readonly picture: Picture;
  /** 1 channel, of the same size: how much of the background is hidden; only where the photograph has alpha. */
  readonly alpha?: Picture;
}

/** Posed photographs of one scene. All have the same size. */
export interface Scene {
  /** To train on. */
  readonly train: readonly View[];
  /** Held out. */
  readonly test: readonly View[];
  /** Distances along rays between which everything lies, in the units of the poses. */
  readonly near: number;
  /** See `near`. */
  readonly far: number;
  /** Whether all cameras look about the same way (`forward`) or at something in their midst (`around`). */
  readonly kind: "forward" | "around";
  /** What is seen where a ray ends. */
  readonly background: "black" | "white";
  /** What a person should know, one sentence each. */
  readonly warnings: readonly string[];
}

/** Ways to choose the views that are held out. */
export const HOLDS = ["every8", "last10%"] as const;

/** How to read a scene. */
export interface SceneOptions {
  /** Longer side of the pictures in pixels, a whole number from 1, by area averaging; their own size by default. */
  readonly size?: number;
  /** LLFF only: which of `images` (1), `images_2`, `images_4` and so on (the factor); 8 by default. */
  readonly downscale?: number;
  /** Which views are held out where the scene does not say: every 8th (default) or the last tenth. */
  readonly hold?: "every8" | "last10%";
  /** What pictures with transparency are laid over; white by default, for LLFF black. */
  readonly background?: "black" | "white";
  /** Instead of the scene's own. */
  readonly near?: number;
  /** Instead of the scene's own. */
  readonly far?: number;
}

/** Views to train on and views held out. */
export function splitViews<T>(views: readonly T[], hold: (typeof HOLDS)[number] = "every8"): { train: T[]; test: T[] } {
  const firstOfLast = views.length - Math.max(1, Math.round(views.length / 10));
  const held = (i: number) => hold === "every8" ? i % 8 === 0 : i >= firstOfLast;
  return { train: views.filter((_, i) => !held(i)), test: views.filter((_, i) => held(i)) };
}
