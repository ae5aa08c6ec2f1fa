/** What the figures of runs are called on a page, with their units. */
const LABELS: Readonly<Record<string, string>> = {
  psnr: "PSNR (dB)",
  snr: "SNR (dB)",
  gain: "gain over the best constant (dB)",
  mae: "mean absolute error",
  trainPsnr: "PSNR of training samples (dB)",
  trainSnr: "SNR of training samples (dB)",
  trainGain: "gain over the best constant on training samples (dB)",
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

/** What a figure or a setting is called: "learningRate" is "learning rate". */
export function labelOf(key: string): string {
  return Object.hasOwn(LABELS, key) ? LABELS[key] : words(key);
}

/** A label at the beginning of a line. */
export function capitalLabel(key: string): string {
  const label = labelOf(key);
  return label.charAt(0).toUpperCase() + label.slice(1);
}

/** "learningRate" → "learning rate". */
export function words(key: string): string {
  return key.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
