import type { Scene } from "../../lib/data/scene/scene.ts";
import type { Field } from "../../lib/field/field.ts";
import { gradientEnergy } from "../../lib/metric/gradient_energy.ts";
import { peakSignalToNoiseRatio } from "../../lib/metric/psnr.ts";
import { silhouettePsnr } from "../../lib/metric/silhouette.ts";
import { structuralSimilarity } from "../../lib/metric/ssim.ts";
import { errorPicture } from "../../lib/output/error_picture.ts";
import { encodePng } from "../../lib/output/png.ts";
import type { RunFolder } from "../../lib/output/run_folder.ts";
import { sideBySide } from "../../lib/output/side_by_side.ts";
import type { RenderOptions } from "../../lib/render/render_pixels.ts";
import { renderView } from "../../lib/render/render_view.ts";
import { mean } from "../shell/statistics.ts";
import type { Summary } from "../training/subject.ts";
import { depthMap } from "./frames.ts";

/**
 * Renders the test views of a scene: `test/000.png` …, each beside truth and error, and as depth.
 *
 * @param say Shows what is being done.
 * @returns Means over the views, and each view's: PSNR and SSIM; the gradient energy of all as a share of the truth's; where the
 * photographs have alpha, the PSNR of the best silhouettes of one colour.
 */
export async function renderTestViews(
  field: Field,
  folder: RunFolder,
  { test, background }: Scene,
  options: RenderOptions,
  say: (what: string) => void,
): Promise<Summary> {
  const views = [];
  let [kept, whole] = [0, 0];
  for (const [i, { name, camera, picture: truth, alpha }] of test.entries()) {
    const onProgress = (done: number) =>
      say(`test view ${i + 1} of ${test.length}: ${Math.round(100 * done)} % rendered`);
    const view = await renderView(field, camera, { ...options, onProgress });
    const { picture } = view;
    const file = `test/${String(i).padStart(3, "0")}`;
    await folder.writeFile(`${file}.png`, encodePng(picture));
    const comparison = sideBySide([truth, picture, errorPicture(picture, truth)]);
    await folder.writeFile(`${file}_comparison.png`, encodePng(comparison));
    await folder.writeFile(`${file}_depth.png`, encodePng(depthMap(view, options.space)));
    kept += gradientEnergy(picture);
    whole += gradientEnergy(truth);
    views.push({
      name,
      psnr: peakSignalToNoiseRatio(picture.pixels, truth.pixels),
      ssim: structuralSimilarity(picture, truth),
      ...alpha && { silhouettePsnr: silhouettePsnr(truth, alpha, background) },
    });
  }
  const silhouettes = views.flatMap(({ silhouettePsnr }) => silhouettePsnr ?? []);
  return {
    testPsnr: mean(views.map(({ psnr }) => psnr)),
    testSsim: mean(views.map(({ ssim }) => ssim)),
    testGradientEnergy: kept / whole,
    ...silhouettes.length === views.length && { testSilhouettePsnr: mean(silhouettes) },
    views,
  };
}
