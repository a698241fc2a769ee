/** From tokens to the vectors that the first layer reads. */
import { chainOf, type Link } from "./equation.ts";
import { nameOf, type Sheet, sheetOf } from "./sheet.ts";
import { factorOf, type Made, type Makers, marked, type Station } from "./station.ts";

/** x and y, number by number. */
export function added(made: Made, x: Sheet, y: Sheet): Pick<Station, "inputs" | "picture" | "equation"> {
  const { output, row, column, name, value } = made;
  const links: Link[] = [
    { operator: "=", ...factorOf(x, row, column) },
    { operator: "+", ...factorOf(y, row, column) },
  ];
  return {
    inputs: [x, y].map((sheet) => ({ sheet, row })),
    picture: [marked(x, row, column), "+", marked(y, row, column), "=", marked(output, row, column)],
    equation: chainOf(
      { name, value, formula: `${nameOf(x, row, column)} + ${nameOf(y, row, column)}` },
      links,
    ),
  };
}

/** A matrix that is taken as it comes. */
const taken = ({
  output,
  row,
  column,
  name,
  value,
}: Made): Pick<Station, "inputs" | "picture" | "equation"> => ({
  inputs: [],
  picture: [marked(output, row, column)],
  equation: chainOf({ name, value, formula: output.path }, [{ operator: "=", label: output.path, value }]),
});

export const inputStations: Makers = {
  tokens: ({ walk, output, column, name, value }) => {
    const label = `id("${walk.rows.reads[column] ?? ""}")`;
    const equation = chainOf({ name, value, formula: label }, [{ operator: "=", label, value }]);
    return { inputs: [], picture: [marked(output, 0, column)], equation };
  },
  embedding: (made) => {
    const { walk, sheets, output, row, column, name, value } = made;
    const rows = walk.numbers.get("embedding");
    if (!rows) return taken(made);
    const about = {
      symbol: "W_{E}",
      letter: "w",
      path: walk.table.name,
      rowsAre: "query",
      columnsAre: "component",
    } as const;
    const table = { ...sheetOf(about, rows), shape: walk.table.shape };
    const id = sheets.tokens?.data[row] ?? 0;
    const root = Math.sqrt(output.columns);
    const label = `w_{${id},${column + 1}}`;
    return {
      inputs: [{ sheet: table, row }],
      picture: [marked(table, row, column), `· √${output.columns} =`, marked(output, row, column)],
      equation: chainOf({ name, value, formula: `${label} · √${output.columns}` }, [
        {
          operator: "=",
          label,
          value: table.data[row * table.columns + column] as number,
          to: { station: "tokens", query: row },
        },
        { operator: "·", label: `√${output.columns}`, value: root },
      ]),
    };
  },
  positions: (made) => {
    const { walk, output, row, column, name, value } = made;
    if (walk.positions !== "sinusoidal") return { ...taken(made), part: partOf(made) };
    const even = column - (column % 2);
    const wave = column % 2 === 0 ? "sin" : "cos";
    const formula = `${wave}(${row} / 10000^{${even}/${output.columns}})`;
    const angle = row / 10000 ** (even / output.columns);
    return {
      inputs: [],
      picture: [marked(output, row, column)],
      equation: chainOf({ name, value, formula }, [
        { operator: wave, label: `${row} / 10000^{${even}/${output.columns}}`, value: angle },
      ]),
      part: partOf(made),
    };
  },
  sum: (made) => added(made, made.sheets.embedding as Sheet, made.sheets.positions as Sheet),
};

const partOf = ({ walk }: Made) => ({ part: "positions", place: `${walk.places.side}.input` }) as const;
