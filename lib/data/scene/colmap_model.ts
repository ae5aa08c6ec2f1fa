import type { Vector3 } from "./camera.ts";

/** A camera of a COLMAP model. */
export interface ColmapCamera {
  /** Its name in error messages. */
  readonly what: string;
  /** The name of its model, such as "OPENCV". */
  readonly model: string;
  /** The size of its pictures in pixels. */
  readonly width: number;
  readonly height: number;
  /** The parameters in the order of the model. */
  readonly parameters: readonly number[];
}

/** A picture of a COLMAP model, with the motion from world to camera: x right, y down, z forward. */
export interface ColmapImage {
  /** Its name in error messages. */
  readonly what: string;
  /** The path of its file in the folder of pictures. */
  readonly name: string;
  /** The rotation as a quaternion w, x, y, z. */
  readonly rotation: readonly number[];
  readonly translation: readonly number[];
  /** The number of its camera. */
  readonly camera: number;
  /** The numbers of the points that are seen in it. */
  readonly points: readonly number[];
}

/** A reconstruction by COLMAP. */
export interface ColmapModel {
  readonly cameras: ReadonlyMap<number, ColmapCamera>;
  readonly images: readonly ColmapImage[];
  /** The points by their numbers; none if their file is missing. */
  readonly points: ReadonlyMap<number, Vector3>;
}

/** The files of a model; that of the points is empty if it is missing. */
export type ColmapFiles = Readonly<Record<"cameras" | "images" | "points", ColmapFile>>;

/** A file of a model. */
export interface ColmapFile {
  /** Its name in error messages. */
  readonly where: string;
  readonly bytes: Uint8Array;
}
