/** Pictures as files. */

/** What an SVG on the page gets from the style sheet, and a file has to hold itself. */
const STYLES = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "opacity",
  "font-size",
  "font-family",
  "font-style",
  "font-weight",
  "text-anchor",
  "dominant-baseline",
];

/** A picture of the page as a file that looks the same elsewhere. */
export function svgText(picture: SVGSVGElement): string {
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
  copy.prepend(paper);
  return new XMLSerializer().serializeToString(copy);
}

const sizeOf = (picture: SVGSVGElement): { readonly width: number; readonly height: number } => ({
  width: picture.width.baseVal.value,
  height: picture.height.baseVal.value,
});

/** The same as pixels, twice as many as on the page. */
export async function pngOf(picture: SVGSVGElement): Promise<Blob> {
  const { width, height } = sizeOf(picture);
  const image = new Image();
  const address = URL.createObjectURL(new Blob([svgText(picture)], { type: "image/svg+xml" }));
  try {
    image.src = address;
    await image.decode();
    const canvas = new OffscreenCanvas(2 * width, 2 * height);
    canvas.getContext("2d")?.drawImage(image, 0, 0, 2 * width, 2 * height);
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
