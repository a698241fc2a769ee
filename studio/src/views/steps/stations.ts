/** All stations of a walk. */
import type { Walk } from "../../model/steps.ts";
import { at, type Choice, indexOn, nameOf } from "./sheet.ts";
import { sheetsOf } from "./sheets.ts";
import type { Makers, Station } from "./station.ts";
import { type StationName, stationNames } from "./station-names.ts";
import { attentionStations } from "./stations-attention.ts";
import { blockStations } from "./stations-block.ts";
import { inputStations } from "./stations-input.ts";

const makers: Makers = { ...inputStations, ...attentionStations, ...blockStations };

/** The stations that a walk has: a model need not have all parts. */
export function namesIn(walk: Walk, choice: Choice): readonly StationName[] {
  const sheets = sheetsOf(walk, choice);
  return stationNames.filter((name) => sheets[name]);
}

export function stationOf(walk: Walk, name: StationName, choice: Choice): Station | undefined {
  const sheets = sheetsOf(walk, choice);
  const output = sheets[name];
  const maker = makers[name];
  if (!output || !maker) return undefined;
  const row = indexOn(output.rowsAre, output.rows, choice);
  const column = indexOn(output.columnsAre, output.columns, choice);
  const value = at(output, row, column);
  const made = { walk, sheets, choice, output, row, column, value, name: nameOf(output, row, column) };
  return { name, output, row, column, ...maker(made) };
}
