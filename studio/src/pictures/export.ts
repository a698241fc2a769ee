/** Pictures as files. */
import type { Drawing } from "./drawing.ts";
import { MARGIN } from "./svg-pen.ts";

/** What an SVG on the page gets from the style sheet, and a file has to hold itself. */
const STYLES = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "paint-order",
  "opacity",
  "font-size",
  "font-family",
  "font-style",
  "font-weight",
  "text-anchor",
  "dominant-baseline",
];

/**
 * A picture of the page as a file that looks the same elsewhere.
 *
 * @param about  What it shows, in words.
 */
export function svgText(picture: SVGSVGElement, about: string): string {
  const copy = picture.cloneNode(true) as SVGSVGElement;
  const [from, to] = [picture, copy].map((one) => [one, ...one.querySelectorAll<SVGElement>("*")]);
  to?.forEach((element, i) => {
    const styles = getComputedStyle(from?.[i] as Element);
    for (const name of STYLES) element.setAttribute(name, styles.getPropertyValue(name));
    for (const name of ["class", "style", "tabindex", "role", "aria-pressed"]) element.removeAttribute(name);
  });
  const { width, height } = sizeOf(picture);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const [x = "0", y = "0"] = picture.getAttribute("viewBox")?.split(/\s+/) ?? [];
  const all = {
    x,
    y,
    width,
    height,
    fill: getComputedStyle(picture.closest(".panel") ?? document.body).backgroundColor,
  };
  for (const [name, value] of Object.entries(all)) paper.setAttribute(name, String(value));
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = about;
  copy.prepend(title, paper);
  return new XMLSerializer().serializeToString(copy);
}

const sizeOf = (picture: SVGSVGElement): { readonly width: number; readonly height: number } => ({
  width: picture.width.baseVal.value,
  height: picture.height.baseVal.value,
});

/** As many pixels as on the page, times this. */
const SHARP = 2;
/** Most pixels on either side that every browser draws. */
const MOST_PIXELS = 32_767;

/** What sizes in px are multiplied by: less for what would be too wide or too tall. */
const sharpness = (...sizes: readonly number[]): number => Math.min(SHARP, MOST_PIXELS / Math.max(...sizes));

/** A drawing as pixels. */
export async function pngOfDrawing({ width, height, draw }: Drawing, paper: string): Promise<Blob> {
  const [wide, tall] = [Math.ceil(width) + 2 * MARGIN, Math.ceil(height) + 2 * MARGIN];
  const sharp = sharpness(wide, tall);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(sharp * wide);
  canvas.height = Math.round(sharp * tall);
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.fillStyle = paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.setTransform(sharp, 0, 0, sharp, sharp * MARGIN, sharp * MARGIN);
  draw(context);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large")))),
  );
}

/** A picture of the page, as `svgText` has it, as pixels: twice as many as on the page, where that is not too many. */
export async function pngOf(written: string): Promise<Blob> {
  const image = new Image();
  const address = URL.createObjectURL(new Blob([written], { type: "image/svg+xml" }));
  try {
    image.src = address;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    const sharp = sharpness(width, height);
    const canvas = new OffscreenCanvas(Math.round(sharp * width), Math.round(sharp * height));
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await canvas.convertToBlob({ type: "image/png" });
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Saves a file as a download. */
export function save(name: string, content: Blob | string): void {
  const blob = typeof content === "string" ? new Blob([content]) : content;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
