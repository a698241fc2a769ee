/** Stations that multiply by a learned matrix. */
import type { Numbers } from "../../model/steps.ts";
import { type Factor, type Sum, sumOf } from "./equation.ts";
import { type Sheet, weightSheet } from "./sheet.ts";
import { factorOf, type Made, marked, type Station } from "./station.ts";

export interface Projection {
  /** The matrix in formulas: W_{Q} */
  readonly symbol: string;
  /** Parameters of this name: encoder.0.attention.query */
  readonly parameters: string;
  /** The first column of it that belongs to the output, as heads share one matrix. */
  readonly first: number;
  readonly input: Sheet;
}

/** y = x W + b, number by number. */
export function projected(
  made: Made,
  { symbol, parameters, first, input }: Projection,
): Pick<Station, "inputs" | "picture" | "equation"> {
  const { walk, output, row, column } = made;
  const parameter = walk.numbers.get(`${parameters}.weight`) as Numbers;
  const about = { symbol, letter: symbol.replace(/^W_/, "w^"), path: `${parameters}.weight` };
  const weight = weightSheet(about, parameter, first, output.columns);
  const bias = walk.numbers.get(`${parameters}.bias`);
  return {
    inputs: [{ sheet: input, row }],
    picture: [marked(input, row), "·", marked(weight, undefined, column), "=", marked(output, row, column)],
    equation: linearSum(made, input, weight, bias?.data[first + column]),
  };
}

function linearSum(
  { name, value, row, column }: Made,
  input: Sheet,
  weight: Sheet,
  bias: number | undefined,
): Sum {
  const products = Array.from({ length: input.columns }, (_, i): Factor[] => [
    factorOf(input, row, i),
    {
      label: `${weight.letter}_{${i + 1},${column + 1}}`,
      value: weight.data[i * weight.columns + column] as number,
    },
  ]);
  const added = bias === undefined ? [] : [[{ label: `b_{${column + 1}}`, value: bias }]];
  const x = `${input.letter}_{${row + 1},d}`;
  const formula = `Σ_{d} ${x} · ${weight.letter}_{d,${column + 1}}${bias === undefined ? "" : ` + b_{${column + 1}}`}`;
  return sumOf({ name, value, formula }, [...products, ...added]);
}

/** Rotary queries and keys: two components of x W + b, turned by the angle of their position. */
export function rotated(
  made: Made,
  projection: Projection,
): Pick<Station, "inputs" | "picture" | "equation"> {
  const { output, row, column, name, value } = made;
  const half = output.columns / 2;
  const isFirst = column < half;
  const partner = isFirst ? column + half : column - half;
  const before = (at: number): number => {
    const { equation } = projected({ ...made, column: at }, projection);
    return equation.computed;
  };
  const angle = row * 10000 ** ((-2 * (column % half)) / output.columns);
  const y = (at: number): string => `y_{${row + 1},${at + 1}}`;
  const sine = isFirst ? -Math.sin(angle) : Math.sin(angle);
  const equation = sumOf(
    {
      name,
      value,
      formula: `${y(column)} cos θ ${isFirst ? "−" : "+"} ${y(partner)} sin θ,  y = ${projection.input.letter} ${projection.symbol} + b,  θ = ${angle.toFixed(3)}`,
    },
    [
      [
        { label: y(column), value: before(column) },
        { label: "cos θ", value: Math.cos(angle) },
      ],
      [
        { label: y(partner), value: before(partner) },
        { label: isFirst ? "−sin θ" : "sin θ", value: sine },
      ],
    ],
  );
  return { ...projected(made, projection), equation };
}
