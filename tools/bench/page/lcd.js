// The panel: pixels as the driver put them there. A message is seq u32, width u16, height u16, RGB.

import { byId } from "./dom.js";

const HEADER = 8;

export function draw(message) {
  const head = new DataView(message, 0, HEADER);
  const width = head.getUint16(4);
  const height = head.getUint16(6);
  const canvas = byId("lcd");
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const rgb = new Uint8Array(message, HEADER);
  const image = new ImageData(width, height);
  const pixels = image.data;
  for (let from = 0, to = 0; to < pixels.length; from += 3, to += 4) {
    pixels[to] = rgb[from];
    pixels[to + 1] = rgb[from + 1];
    pixels[to + 2] = rgb[from + 2];
    pixels[to + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  canvas.dataset.seq = head.getUint32(0);
}
