/** The matrices of a walk: what its taps hold for one head. */
import { streamOf, type Walk } from "../../model/steps.ts";
import { type Choice, type Counted, rowOf, type Sheet, sheetOf } from "./sheet.ts";
import type { StationName } from "./station-names.ts";

export type Sheets = Readonly<Partial<Record<StationName, Sheet>>>;

type Row = readonly [station: StationName, path: string, symbol: string, rows: Counted, columns: Counted];

/** Where each station's matrix is read, and what it is called in formulas. */
function table({ kind, layer, places, norm, numbers }: Walk): Row[] {
  const { side, attention, residual, feedForward } = places;
  const [q, k, c] = ["query", "key", "component"] as const;
  const end = `${feedForward ?? "none"}Residual`;
  const isPre = norm === "pre";
  const isLater = kind === "cross" || layer > 0;
  const stream = isLater ? streamOf(kind, layer, norm).find((path) => numbers.has(path)) : undefined;
  return [
    ["tokens", `${side}.input.ids`, "T", "one", q],
    ["embedding", `${side}.input.embedding`, "E", q, c],
    ["positions", `${side}.input.positions`, "P", q, c],
    ["sum", `${side}.input.sum`, "X", q, c],
    ["stream", stream ?? "", "X′", q, c],
    ["memory", kind === "cross" ? "encoder.output" : "", "H", k, c],
    ["normBefore", isPre ? `${residual}.norm.normed` : "", "N", q, c],
    ["query", `${attention}.queries`, "Q", q, c],
    ["key", `${attention}.keys`, "K", k, c],
    ["value", `${attention}.values`, "V", k, c],
    ["products", `${attention}.products`, "R", q, k],
    ["scaled", `${attention}.unmasked`, "S", q, k],
    ["masked", `${attention}.scores`, "M", q, k],
    ["weights", `${attention}.weights`, "A", q, k],
    ["head", `${attention}.heads`, "Z", q, c],
    ["output", `${attention}.output`, "O", q, c],
    ["residual", `${residual}.sum`, "Y", q, c],
    ["normMiddle", isPre ? `${end}.norm.normed` : `${residual}.norm.normed`, "N", q, c],
    ["inner", `${feedForward}.inner`, "F", q, c],
    ["activated", `${feedForward}.activated`, "G", q, c],
    ["outer", `${feedForward}.output`, "B", q, c],
    ["residualEnd", `${end}.sum`, "Y", q, c],
    ["normEnd", isPre ? "" : `${end}.norm.normed`, "N", q, c],
  ];
}

export function sheetsOf(walk: Walk, { head, query }: Choice): Sheets {
  const sheets: Partial<Record<StationName, Sheet>> = {};
  for (const [station, path, symbol, rowsAre, columnsAre] of table(walk)) {
    const numbers = walk.numbers.get(path);
    if (!numbers) continue;
    const letter = symbol.toLowerCase();
    sheets[station] = sheetOf({ symbol, letter, path, rowsAre, columnsAre, station }, numbers, head);
  }
  const heads = walk.numbers.get(`${walk.places.attention}.heads`);
  if (heads && sheets.head) sheets.heads = joined(walk, sheets.head, heads.data);
  if (sheets.weights && sheets.value)
    sheets.weighted = weightedBy(sheets.weights, sheets.value, query, walk.places.attention, walk.heads);
  return sheets;
}

/** How long each row is: of a_ij v_j, how much key j adds. */
export function lengthsOf(sheet: Sheet): Sheet {
  const data = Float32Array.from({ length: sheet.rows }, (_, row) => Math.hypot(...rowOf(sheet, row)));
  const [rowsAre, columnsAre] = ["one", sheet.rowsAre] as const;
  const names = { symbol: `|${sheet.symbol}|`, letter: `|${sheet.letter}|` };
  return { ...sheet, ...names, rows: 1, columns: sheet.rows, data, rowsAre, columnsAre };
}

/** [heads, queries, dValue] -> [queries, heads · dValue] */
function joined({ heads, places }: Walk, one: Sheet, all: Float32Array): Sheet {
  const { rows, columns: size } = one;
  const columns = heads * size;
  const data = new Float32Array(rows * columns);
  for (let head = 0; head < heads; head++)
    for (let row = 0; row < rows; row++)
      data.set(
        all.subarray((head * rows + row) * size, (head * rows + row + 1) * size),
        row * columns + head * size,
      );
  const shape = [rows, columns];
  return {
    ...one,
    symbol: "C",
    letter: "c",
    path: `${places.attention}.heads`,
    shape,
    columns,
    data,
    station: "heads",
  };
}

/** a_ij v_j of one query i, [keys, dValue], in single precision as the model has it. */
function weightedBy(weights: Sheet, values: Sheet, query: number, place: string, heads: number): Sheet {
  const shares = rowOf(weights, Math.min(query, weights.rows - 1));
  const data = new Float32Array(values.data.length);
  values.data.forEach((value, i) => {
    data[i] = (shares[Math.floor(i / values.columns)] as number) * value;
  });
  return {
    ...values,
    symbol: "U",
    letter: "u",
    path: `${place}.weighted`,
    shape: [heads, weights.rows, values.rows, values.columns],
    data,
    station: "weighted",
  };
}
