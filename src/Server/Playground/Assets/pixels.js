// Pictures as numbers: decoding, PSNR and differences.

const gain = 8;

/** The address of a picture that an event carries. */
export function addressOf(base64) {
  return `data:image/png;base64,${base64}`;
}

/** Decodes a picture without touching its colours: { width, height, data } with four bytes per pixel. */
export async function decode(base64) {
  const bytes = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }), { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** The peak signal-to-noise ratio over red, green and blue in dB; Infinity for equal pictures, NaN for pictures of different sizes. */
export function psnr(picture, reference) {
  if (!haveEqualSizes(picture, reference)) return NaN;
  let sum = 0;
  forEachChannel(picture, reference, (a, b) => { sum += (a - b) ** 2; });
  const mean = sum / (picture.width * picture.height * 3);
  return mean === 0 ? Infinity : 10 * Math.log10(255 ** 2 / mean);
}

/** Draws how far a picture is from another, each channel eight times enlarged; black where they are equal. */
export function drawDifference(canvas, picture, reference) {
  if (!haveEqualSizes(picture, reference)) return false;
  const difference = new ImageData(picture.width, picture.height);
  difference.data.fill(255);
  forEachChannel(picture, reference, (a, b, index) => { difference.data[index] = Math.min(255, gain * Math.abs(a - b)); });
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d").putImageData(difference, 0, 0);
  return true;
}

/** A PSNR as people read it. */
export function decibels(value) {
  return value === Infinity ? "identical" : Number.isNaN(value) ? "–" : `${value.toFixed(1)} dB`;
}

function haveEqualSizes(a, b) {
  return a.width === b.width && a.height === b.height;
}

function forEachChannel(picture, reference, visit) {
  for (let i = 0; i < picture.data.length; i += 4) {
    for (let c = 0; c < 3; c++) visit(picture.data[i + c], reference.data[i + c], i + c);
  }
}
