import type { RefObject } from "preact";
import { fault, messageOf } from "./model/client.ts";
import { csvText } from "./pictures/csv.ts";
import type { Drawing } from "./pictures/drawing.ts";
import { pngOf, pngOfDrawing, save, svgText } from "./pictures/export.ts";
import { inksOfPage } from "./pictures/inks.ts";
import { svgOf } from "./pictures/svg-pen.ts";
import type { Whole } from "./sight.ts";
import { text } from "./text.ts";

export type Rows = readonly (readonly (string | number)[])[];

/** A picture as it is saved: an SVG of the page, or a function that draws it. */
export type Picture = RefObject<HTMLElement | null> | (() => Drawing);

export interface SaveButtonsProps {
  /** The element in which the picture, an SVG, stands; or the picture as a drawing. */
  readonly picture: Picture;
  /** Where only what can be seen is drawn: draws the rest for the file. */
  readonly whole?: Whole | undefined;
  /** What it shows, in words. */
  readonly about?: string;
  /** The name of the files, without an ending. */
  readonly name: string;
  /** The numbers behind it, as they are and not as they are shown. */
  readonly rows: () => Rows;
}

/** Saves a picture as SVG or PNG, and its numbers as CSV. */
export function SaveButtons({ picture, whole, about = "", name, rows }: SaveButtonsProps) {
  const contentOf = async (kind: "svg" | "png" | "csv"): Promise<Blob | string | undefined> => {
    if (kind === "csv") return csvText(rows());
    if (typeof picture === "function") {
      const { paper } = inksOfPage();
      return kind === "svg" ? svgOf(picture(), paper, about) : pngOfDrawing(picture(), paper);
    }
    const shown = picture.current?.querySelector("svg");
    if (!shown) return undefined;
    const written = whole ? await whole(async () => svgText(shown, about)) : svgText(shown, about);
    return kind === "svg" ? written : pngOf(written);
  };
  const saveAs = async (kind: "svg" | "png" | "csv"): Promise<void> => {
    try {
      const content = await contentOf(kind);
      if (content !== undefined) save(`${name}.${kind}`, content);
    } catch (error) {
      fault.value = messageOf(error);
    }
  };
  return (
    <div class="save" role="group" aria-label={`${text.save}: ${name}`}>
      <span aria-hidden="true">{text.save}</span>
      {(["svg", "png", "csv"] as const).map((kind) => (
        <button type="button" key={kind} onClick={() => void saveAs(kind)}>
          {kind.toUpperCase()}
        </button>
      ))}
    </div>
  );
}
