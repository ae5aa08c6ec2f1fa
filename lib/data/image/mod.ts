/**
 * Pictures as training data, and as a field shows them.
 *
 * @module
 */
export { compositeOnWhite } from "./alpha.ts";
export { averagePicture } from "./average.ts";
export { cropPicture, type Rectangle } from "./crop.ts";
export { pictureData, renderPicture } from "./picture_data.ts";
export { fitLongerSide, type ResizeOptions, resizePicture } from "./resize.ts";
