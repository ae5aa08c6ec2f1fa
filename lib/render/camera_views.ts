import { addScaled, type Camera, cameraRay, dot, poseColumn, type Vector3 } from "../data/scene/camera.ts";
import { inputOf } from "../data/scene/input_space.ts";
import { cameraInSpace, type RaySpace } from "../data/scene/ray_space.ts";
import { projectPoint } from "../data/scene/camera.ts";

/** Along each side of a picture, so many rays are followed to find out what the cameras see. */
const RAYS = 5;

/** Along each ray, so many points are looked at. */
const DEPTHS = 17;

/** A camera in a space's frame. */
interface Viewer {
  readonly camera: Camera;
  readonly position: Vector3;
  readonly back: Vector3;
  /** The largest tangent of an angle between a ray of the picture and the optical axis, squared. */
  readonly widest: number;
}

/** What the cameras of a scene see between the nearest and the farthest distance, in the frame of a ray space. */
export class CameraViews {
  readonly #viewers: readonly Viewer[];
  /** The camera that saw the last point, which usually sees the next one too. */
  #last = 0;

  /** @param cameras The cameras, in the scene's world; at least one. */
  constructor(cameras: readonly Camera[], readonly space: RaySpace) {
    if (cameras.length === 0) throw new Error("camera views: expected at least one camera, found none.");
    this.#viewers = cameras.map((each) => {
      const camera = cameraInSpace(each, space);
      const [position, back] = [poseColumn(camera.pose, 3), poseColumn(camera.pose, 2)];
      const tangents = borderOf(camera).map(([column, row]) => {
        return cameraRay(camera, column, row).direction;
      }).map((direction) => 1 / dot(direction, back) ** 2 - 1);
      return { camera, position, back, widest: Math.max(...tangents) };
    });
  }

  /** Whether any camera sees a point, if nothing is in the way. */
  sees(point: Vector3): boolean {
    const count = this.#viewers.length;
    for (let i = 0; i < count; i++) {
      const index = (this.#last + i) % count;
      if (!this.#isSeen(point, this.#viewers[index])) continue;
      this.#last = index;
      return true;
    }
    return false;
  }

  /**
   * The direction in which a point of a surface is best looked at: from the camera that sees it most frontally, or straight against the
   * normal if none sees it from outside.
   *
   * @param normal The unit normal there, pointing outward.
   */
  directionTo(point: Vector3, normal: Vector3): Vector3 {
    let [best, direction]: [number, Vector3] = [0, [-normal[0], -normal[1], -normal[2]]];
    for (const viewer of this.#viewers) {
      const offset = addScaled(point, viewer.position, -1);
      const distance = Math.hypot(...offset);
      const cosine = -dot(offset, normal) / distance;
      if (cosine <= best || !this.#isSeen(point, viewer)) continue;
      best = cosine;
      direction = [offset[0] / distance, offset[1] / distance, offset[2] / distance];
    }
    return direction;
  }

  /** The box around the inputs of the field at what the cameras see. */
  inputBox(): { readonly low: Vector3; readonly high: Vector3 } {
    const { near, far, kind } = this.space;
    const low = [Infinity, Infinity, Infinity];
    const high = [-Infinity, -Infinity, -Infinity];
    for (const { camera, back } of this.#viewers) {
      for (const [column, row] of borderOf(camera)) {
        const { origin, direction } = cameraRay(camera, column, row);
        for (let i = 0; i < DEPTHS; i++) {
          const share = i / (DEPTHS - 1);
          const depth = 1 / ((1 - share) / near + share / far);
          // In NDC, depths are those along the axis.
          const distance = kind === "ndc" ? depth / -dot(direction, back) : depth;
          const input = inputOf(this.space, addScaled(origin, direction, distance));
          for (let axis = 0; axis < 3; axis++) {
            low[axis] = Math.min(low[axis], input[axis]);
            high[axis] = Math.max(high[axis], input[axis]);
          }
        }
      }
    }
    return { low: low as unknown as Vector3, high: high as unknown as Vector3 };
  }

  #isSeen(point: Vector3, { camera, position, back, widest }: Viewer): boolean {
    const { near, far, kind } = this.space;
    const offset = addScaled(point, position, -1);
    const square = dot(offset, offset);
    const depth = -dot(offset, back);
    if (depth <= 0 || square / depth ** 2 - 1 > widest * (1 + 1e-6)) return false;
    const distance = kind === "ndc" ? -point[2] : Math.sqrt(square);
    if (distance < near || distance > far) return false;
    const pixel = projectPoint(camera, point);
    return pixel !== undefined && pixel[0] >= 0 && pixel[1] >= 0 && pixel[0] <= camera.width &&
      pixel[1] <= camera.height;
  }
}

/** Points of a picture, its corners and edges included, as [column, row]. */
function borderOf({ width, height }: Camera): [column: number, row: number][] {
  const shares = Array.from({ length: RAYS }, (_, i) => i / (RAYS - 1));
  return shares.flatMap((x) => shares.map((y): [number, number] => [x * width, y * height]));
}
