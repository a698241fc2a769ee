import { heedError } from "../errors.ts";

/** Pixels of a PNG for each pixel of the picture: sharp on a projector. */
const ZOOM = 2;
/** No font has this character: what is drawn for it is what is drawn for every missing one. */
const MISSING = "\u{10fffd}";

export interface Rasterised {
  readonly png: Uint8Array;
  /** Characters that no installed font can draw; all of them where there are no fonts. */
  readonly missing: readonly string[];
}

/**
 * Draws an SVG as a PNG, without a browser.
 *
 * @throws ERR_INPUT where the optional package @resvg/resvg-js is not installed, or the system has no fonts at all.
 */
export async function rasterise(svg: string): Promise<Rasterised> {
  const { Resvg } = await rasteriser();
  const boxOf = (content: string): string => {
    const letter = `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60"><text x="10" y="40" font-size="20" font-family="${FONTS}">${content}</text></svg>`;
    const box = new Resvg(letter).getBBox();
    return box ? `${box.width} ${box.height}` : "";
  };
  if (boxOf("M") === "") {
    const cause = "this machine has no fonts to draw text with";
    throw heedError("ERR_INPUT", {
      where: "--out",
      cause,
      remedy: "install some (DejaVu Sans), or write .svg",
    });
  }
  const unknown = boxOf(MISSING);
  const letters = [...new Set(svg.replaceAll("▁", "_").replace(/<title>.*?<\/title>|<[^>]*>/gs, ""))];
  const missing = letters.filter(
    (letter) => /[^\p{ASCII}\p{M}\p{Cf}]/u.test(letter) && boxOf(letter) === unknown,
  );
  // Few fonts have ▁, and where one is missing, resvg draws the whole label in another font: _ looks the same.
  const image = new Resvg(svg.replaceAll("▁", "_"), { fitTo: { mode: "zoom", value: ZOOM } }).render();
  return { png: image.asPng(), missing };
}

const FONTS = "Arial, sans-serif";

async function rasteriser(): Promise<typeof import("@resvg/resvg-js")> {
  try {
    return await import("@resvg/resvg-js");
  } catch (error) {
    const remedy = "npm install @resvg/resvg-js, or write .svg";
    throw heedError(
      "ERR_INPUT",
      { where: "--out", cause: ".png needs the package @resvg/resvg-js", remedy },
      error,
    );
  }
}
