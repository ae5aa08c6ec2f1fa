import { activations, fitPicture, openDevice, optimizerNames, ownPicture } from "./fit_picture.ts";

export { fitPicture, openDevice, ownPicture };

/** The longer side of a picture that was chosen, in pixels. */
const LONGER_SIDE = 256;

const byId = (id) => document.getElementById(id);
let picture = ownPicture(128);
let stop;
let gpu;

function fill(select, names, chosen) {
  select.replaceChildren(...names.map((name) => new Option(name, name, name === chosen, name === chosen)));
}

/** Draws a picture with three channels. */
function draw(canvas, { width, height }, pixels) {
  [canvas.width, canvas.height] = [width, height];
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let channel = 0; channel < 3; channel++) image.data[4 * i + channel] = 255 * pixels[3 * i + channel] + 0.5;
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** Reads a file with the browser's own decoder, in the size that is trained on, on white. */
async function read(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGER_SIDE / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Float32Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    for (let channel = 0; channel < 3; channel++) pixels[3 * i + channel] = data[4 * i + channel] / 255;
  }
  return { width, height, channels: 3, pixels };
}

/** Draws the curve of PSNR against steps. */
function drawCurve(points) {
  const [width, height] = [600, 160];
  const last = points.at(-1)?.step || 1;
  const values = points.map(({ psnr }) => psnr).filter(Number.isFinite);
  const [least, most] = [Math.floor(Math.min(...values)), Math.ceil(Math.max(...values, Math.min(...values) + 1))];
  const place = ({ step, psnr }) => `${width * step / last},${height - height * (psnr - least) / (most - least)}`;
  byId("line").setAttribute("points", points.map(place).join(" "));
  byId("most").textContent = `${most} dB`;
  byId("least").textContent = `${least} dB`;
}

function say(text) {
  byId("state").textContent = text;
}

async function start() {
  stop = new AbortController();
  byId("start").textContent = "Stop";
  const points = [];
  try {
    say("Opening the device and compiling kernels …");
    gpu ??= await openDevice({ allowSoftware: true });
    const width = Number(byId("width").value);
    const settings = {
      activation: byId("activation").value,
      optimizer: byId("optimizer").value,
      hidden: [width, width, width],
      batchSize: 1024,
      epochs: Number(byId("epochs").value),
      seed: 0,
    };
    for await (const progress of fitPicture(gpu, picture, settings, { signal: stop.signal })) {
      draw(byId("reconstruction"), picture, progress.pixels);
      points.push(progress);
      drawCurve(points);
      const rate = (progress.step / progress.seconds).toFixed(0);
      say(
        `${progress.psnr.toFixed(2)} dB after ${progress.step} steps (${progress.epoch.toFixed(1)} epochs), ${rate} steps per second on ${gpu.adapter.name}`,
      );
    }
  } catch (error) {
    say(String(error.message ?? error));
    // A device that was lost cannot be used again.
    gpu = undefined;
  }
  stop = undefined;
  byId("start").textContent = "Train";
}

fill(byId("activation"), Object.keys(activations).filter((name) => name !== "identity"), "sine");
fill(byId("optimizer"), optimizerNames, "adam");
draw(byId("truth"), picture, picture.pixels);
byId("file").addEventListener("change", async ({ target: { files: [file] } }) => {
  if (file === undefined) return;
  stop?.abort();
  try {
    picture = await read(file);
    draw(byId("truth"), picture, picture.pixels);
  } catch (error) {
    say(`${file.name}: expected a picture that this browser can show: ${error.message}`);
  }
});
byId("start").addEventListener("click", () => stop === undefined ? start() : stop.abort());
if (new URLSearchParams(location.search).has("start")) await start();
