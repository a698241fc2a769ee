import type { Inks } from "./drawing.ts";
import { pageColour } from "./heat.ts";

/** The colours that the page has now: pictures are saved as they are seen, light or dark. */
export function inksOfPage(): Inks {
  const css = (name: string): string => `rgb(${pageColour(name).join(",")})`;
  return {
    paper: css("--panel"),
    ink: css("--ink"),
    soft: css("--soft"),
    line: css("--line"),
    weight: css("--weight"),
    gold: css("--gold"),
    change: css("--change"),
  };
}
