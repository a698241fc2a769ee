import type { RefObject } from "preact";
import { csvText } from "./pictures/csv.ts";
import { pngOf, save, svgText } from "./pictures/export.ts";
import { text } from "./text.ts";

interface SaveButtonsProps {
  /** The element in which the picture, an SVG, stands. */
  readonly picture: RefObject<HTMLElement | null>;
  /** The name of the files, without an ending. */
  readonly name: string;
  /** The numbers behind it. */
  readonly rows: () => readonly (readonly (string | number)[])[];
}

/** Saves a picture as SVG or PNG, and its numbers as CSV. */
export function SaveButtons({ picture, name, rows }: SaveButtonsProps) {
  const svg = (): SVGSVGElement | null | undefined => picture.current?.querySelector("svg");
  const savePicture = async (kind: "svg" | "png"): Promise<void> => {
    const shown = svg();
    if (shown) save(`${name}.${kind}`, kind === "svg" ? svgText(shown) : await pngOf(shown));
  };
  return (
    <div class="save" role="group" aria-label={text.save}>
      <span aria-hidden="true">{text.save}</span>
      <button type="button" onClick={() => void savePicture("svg")}>
        SVG
      </button>
      <button type="button" onClick={() => void savePicture("png")}>
        PNG
      </button>
      <button type="button" onClick={() => save(`${name}.csv`, csvText(rows()))}>
        CSV
      </button>
    </div>
  );
}
