// Reads tokens for what cannot read CSS: the map and the charts, which draw on canvases.

const canvas = document.createElement("canvas");
canvas.width = canvas.height = 1;
const pen = canvas.getContext("2d", { willReadFrequently: true });

/** A color token as rgba(), in the theme that is on now. */
export function ink(token: string): string {
  const value = getComputedStyle(document.documentElement).getPropertyValue(token).trim();
  if (!pen || !value) return "rgba(128,128,128,1)";
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = value;
  pen.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
  return `rgba(${r},${g},${b},${((a ?? 255) / 255).toFixed(3)})`;
}

/** A length given in desk pixels, at the scale of this screen. */
export function scaled(pixels: number): number {
  const k = Number(getComputedStyle(document.documentElement).getPropertyValue("--k")) || 1;
  return pixels * k;
}

/** A duration token in milliseconds. */
export function span(token: string): number {
  const value = getComputedStyle(document.documentElement).getPropertyValue(token).trim();
  return value.endsWith("ms") ? Number.parseFloat(value) : Number.parseFloat(value) * 1000 || 0;
}

export function fontFamily(): string {
  return getComputedStyle(document.documentElement).getPropertyValue("--font").trim();
}
