import { join } from "../../lib/std/path/mod.ts";
import type { Scene, View } from "../../lib/data/scene/scene.ts";
import type { RaySpace } from "../../lib/data/scene/ray_space.ts";
import type { Field } from "../../lib/field/field.ts";
import { gradientEnergy } from "../../lib/metric/gradient_energy.ts";
import { peakSignalToNoiseRatio } from "../../lib/metric/psnr.ts";
import { silhouettePsnr } from "../../lib/metric/silhouette.ts";
import { structuralSimilarity } from "../../lib/metric/ssim.ts";
import { errorPicture } from "../run/error_picture.ts";
import { encodePng } from "../../lib/codec/image/encode_png.ts";
import { removeFilesOf } from "../run/remove_files.ts";
import type { Picture } from "../../lib/codec/image/picture.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { sideBySide } from "../run/side_by_side.ts";
import type { RenderOptions } from "../../lib/render/render_pixels.ts";
import { type RenderedView, renderView } from "../../lib/render/render_view.ts";
import { mean } from "../shell/statistics.ts";
import type { Closing, Summary } from "../training/training_input.ts";
import { depthMap } from "./frames.ts";

/**
 * Which test views to render; without limits all of them. `seconds` limits the time: the rendering of the first view tells how many
 * fit into it.
 */
export interface ViewOptions
  extends Pick<Closing, "say" | "print" | "signal" | "seconds" | "left" | "isLate" | "leaveOut"> {
  /** The most views to render. */
  readonly views?: number;
}

/**
 * Renders test views of a scene. For each view it writes the rendering, `test/000.png` …, a comparison of photograph, rendering and
 * error, and a depth map. The number of a view is its index among all test views. If only some views are rendered, they are evenly
 * spread, beginning with the first. Views of an earlier call are removed.
 *
 * @returns How many test views there are and how many were rendered. For the rendered ones, if any: PSNR and SSIM of each view and
 * their means; their gradient energy relative to that of the photographs; and, if the photographs have alpha, the mean PSNR of the best
 * silhouettes of one colour. Where views have masks, there is only the PSNR of the pixels that are not masked.
 */
export async function renderTestViews(
  field: Field,
  folder: RunFolder,
  { test, background }: Scene,
  options: RenderOptions,
  { views: most = test.length, seconds, signal, say, print, left, isLate, leaveOut }: ViewOptions,
): Promise<Summary> {
  const views: ViewFigures[] = [];
  let [kept, whole] = [0, 0];
  let isLimited = false;
  let wanted = spread(test.length, most);
  const begin = performance.now();
  for (let k = 0; k < wanted.length && !signal.aborted; k++) {
    const wantedView = test[wanted[k]];
    const onProgress = (done: number) => say(`test view ${k + 1} of ${wanted.length}`, (k + done) / wanted.length);
    const view = await renderView(field, wantedView.camera, { ...options, signal, onProgress }).catch((error) => {
      if (!signal.aborted) throw error;
    });
    if (view === undefined) break;
    if (k === 0) await removeFilesOf(join(folder.path, "test"), /^\d{3,}(_comparison|_depth)?\.png$/);
    await writeView(folder, `test/${String(wanted[k]).padStart(3, "0")}`, wantedView, view, options.space);
    if (wantedView.mask === undefined) {
      kept += gradientEnergy(view.picture);
      whole += gradientEnergy(wantedView.picture);
    }
    views.push(figuresOf(wantedView, view, background));
    if (k === 0) {
      const each = (performance.now() - begin) / 1000;
      const untilDeadline = each + left();
      isLimited = untilDeadline < seconds;
      wanted = spread(test.length, Math.min(most, Math.max(1, Math.floor(Math.min(seconds, untilDeadline) / each))));
    }
  }
  const counts = { testViews: test.length, testViewsRendered: views.length };
  const asked = Math.min(most, test.length);
  if (views.length < asked && isLate() && (signal.aborted || isLimited)) {
    leaveOut(`${asked - views.length} of ${asked} test views`);
  } else if (views.length < asked) {
    const named = views.length === 0 ? "" : ` (${views.map(({ name }) => name).join(", ")})`;
    const which = `${views.length} of ${test.length} test views${named}`;
    print(
      signal.aborted
        ? `${which} were rendered before the interruption.`
        : `${which} were rendered, to limit the time; --test-views ${test.length} renders all.`,
    );
  }
  return { ...counts, ...views.length > 0 && meansOf(views, kept / whole) };
}

/** The means over views of the figures that all of them have. */
function meansOf(views: readonly ViewFigures[], testGradientEnergy: number): Summary {
  const similarities = views.flatMap(({ ssim }) => ssim ?? []);
  const silhouettes = views.flatMap(({ silhouettePsnr }) => silhouettePsnr ?? []);
  return {
    testPsnr: mean(views.map(({ psnr }) => psnr)),
    ...similarities.length === views.length && { testSsim: mean(similarities), testGradientEnergy },
    ...silhouettes.length === views.length && { testSilhouettePsnr: mean(silhouettes) },
    views,
  };
}

/** Writes a rendered view, its comparison with the photograph and its depth map. */
async function writeView(
  folder: RunFolder,
  file: string,
  wanted: View,
  view: RenderedView,
  space: RaySpace,
): Promise<void> {
  const { picture } = view;
  const truth = wanted.picture;
  await folder.writeFile(`${file}.png`, encodePng(picture));
  const comparison = sideBySide([truth, picture, errorPicture(picture, replaceMasked(wanted, picture))]);
  await folder.writeFile(`${file}_comparison.png`, encodePng(comparison));
  await folder.writeFile(`${file}_depth.png`, encodePng(depthMap(view, space)));
}

/** The figures of one view. */
interface ViewFigures {
  readonly name: string;
  readonly psnr: number;
  readonly ssim?: number;
  readonly silhouettePsnr?: number;
}

/** The quality of a rendered view, of the pixels that are not masked. */
function figuresOf(view: View, { picture }: RenderedView, background: Scene["background"]): ViewFigures {
  const { name, picture: truth, alpha, mask } = view;
  if (mask !== undefined) {
    return { name, psnr: peakSignalToNoiseRatio(keptValues(picture, mask), keptValues(truth, mask)) };
  }
  return {
    name,
    psnr: peakSignalToNoiseRatio(picture.pixels, truth.pixels),
    ssim: structuralSimilarity(picture, truth),
    ...alpha && { silhouettePsnr: silhouettePsnr(truth, alpha, background) },
  };
}

/** The values of the pixels that are not masked. */
function keptValues({ pixels }: Picture, mask: Uint8Array): Float32Array {
  return pixels.filter((_, i) => mask[Math.floor(i / 3)] === 1);
}

/** A photograph with masked pixels taken from its rendering, so that they show no error. */
function replaceMasked({ picture, mask }: View, rendering: Picture): Picture {
  if (mask === undefined) return picture;
  const pixels = picture.pixels.map((value, i) => mask[Math.floor(i / 3)] === 1 ? value : rendering.pixels[i]);
  return { ...picture, pixels };
}

/** At most `count` of the indices from 0 to `all` − 1, evenly spread and beginning with 0. */
function spread(all: number, count: number): number[] {
  const some = Math.min(all, count);
  return Array.from({ length: some }, (_, i) => Math.floor(i * all / some));
}
