/** One station of the walk: its matrices, and how the chosen number of it was computed. */
import type { Removable } from "heed/inspect";
import type { Walk } from "../../model/steps.ts";
import type { Equation, Factor } from "./equation.ts";
import { at, type Choice, nameOf, type Sheet } from "./sheet.ts";
import type { Sheets } from "./sheets.ts";
import type { StationName } from "./station-names.ts";

/** A matrix with what is marked in it. */
export interface Block {
  readonly sheet: Sheet;
  readonly row?: number | undefined;
  readonly column?: number | undefined;
}

/** One row of a matrix, as a strip of cells. */
export interface Strip {
  readonly sheet: Sheet;
  readonly row: number;
}

export interface Station {
  readonly name: StationName;
  /** The rows that the chosen row was computed from. */
  readonly inputs: readonly Strip[];
  readonly output: Sheet;
  readonly row: number;
  readonly column: number;
  /** The matrices, and the signs between them: X · W = Q. */
  readonly picture: readonly (Block | string)[];
  readonly equation: Equation;
  /** The part that can be taken out here, and where: `scale`, `encoder.0.attention`. */
  readonly part?: { readonly part: Removable; readonly place: string };
}

/** What a station is made from. */
export interface Made {
  readonly walk: Walk;
  readonly sheets: Sheets;
  readonly choice: Choice;
  readonly output: Sheet;
  readonly row: number;
  readonly column: number;
  readonly value: number;
  readonly name: string;
}

export type Maker = (made: Made) => Pick<Station, "inputs" | "picture" | "equation" | "part">;
export type Makers = Partial<Record<StationName, Maker>>;

/** A number of a sheet as a factor; it leads to where it was computed. */
export function factorOf(sheet: Sheet, row: number, column: number): Factor {
  const { station, rowsAre, columnsAre } = sheet;
  const to = station && {
    station,
    ...(rowsAre === "one" ? {} : { [rowsAre]: row }),
    ...(columnsAre === "one" ? {} : { [columnsAre]: column }),
  };
  return { label: nameOf(sheet, row, column), value: at(sheet, row, column), to };
}

export const marked = (sheet: Sheet, row?: number, column?: number): Block => ({ sheet, row, column });
