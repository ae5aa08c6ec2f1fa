/**
 * Pictures and curves as results of notebook cells (`deno jupyter`).
 *
 * @module
 */
export { type Curve, showCurves } from "./show_curves.ts";
export { type Displayed, showPicture } from "./show_picture.ts";
