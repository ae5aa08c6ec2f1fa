// @ts-check
/**
 * What figures and settings are called on pages. It is JavaScript, because browsers get it as it is.
 *
 * @module
 */

/**
 * What the figures of runs are called on a page, with their units.
 *
 * @type {Readonly<Record<string, string>>}
 */
const LABELS = {
  psnr: "PSNR (dB)",
  rmse: "root mean square error",
  snr: "SNR (dB)",
  gain: "gain over the best constant (dB)",
  mae: "mean absolute error",
  trainLoss: "loss on training samples",
  trainAccuracy: "accuracy on training samples",
  trainRmse: "root mean square error on training samples",
  trainPsnr: "PSNR on training samples (dB)",
  trainSnr: "SNR on training samples (dB)",
  trainGain: "gain on training samples (dB)",
  trainMae: "mean absolute error on training samples",
  ssim: "SSIM",
  testPsnr: "test PSNR (dB)",
  testSsim: "test SSIM",
  testSilhouettePsnr: "PSNR of silhouettes (dB)",
  silhouettePsnr: "PSNR of silhouette (dB)",
  testGradientEnergy: "gradient energy relative to the photographs",
  testViews: "test views",
  testViewsRendered: "test views rendered",
  iou: "IoU, all points",
  iouUniform: "IoU, uniform points",
  iouNear: "IoU, points near the surface",
  iouAuthors: "IoU, as in the published code",
  chamfer: "Chamfer distance",
  resultToTarget: "distance from result to input",
  targetToResult: "distance from input to result",
  hvps: "Hessian-vector products",
  seconds: "training time (s)",
  deviceLosses: "times the device was lost",
};

/**
 * What a figure or a setting is called: "learningRate" is "learning rate".
 *
 * @param {string} key
 * @returns {string}
 */
export function labelOf(key) {
  return Object.hasOwn(LABELS, key) ? LABELS[key] : words(key);
}

/**
 * A label at the beginning of a line.
 *
 * @param {string} key
 * @returns {string}
 */
export function capitalLabel(key) {
  return capitalised(labelOf(key));
}

/**
 * A text at the beginning of a line.
 *
 * @param {string} text
 */
export function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * "learningRate" → "learning rate".
 *
 * @param {string} key
 * @returns {string}
 */
export function words(key) {
  return key.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
