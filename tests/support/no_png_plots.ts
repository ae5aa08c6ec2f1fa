/**
 * Leaves the PNG of every plot out of the reports that this process writes, as where the package that draws them is not installed: it takes
 * most of the time of a small report. The SVG of each plot stays.
 *
 * @module
 */
Object.assign(WebAssembly, { instantiate: () => Promise.reject(new Error("plots are not drawn here")) });
