/** Residual connections, norms and the feed-forward layer. */
import type { AttentionKind } from "../../model/steps.ts";
import { type Chain, chainOf, type Jump } from "./equation.ts";
import { projected } from "./linear.ts";
import { at, nameOf, type Sheet, sheetOf } from "./sheet.ts";
import { factorOf, type Made, type Makers, marked, type Station } from "./station.ts";
import type { StationName } from "./station-names.ts";
import { streamIn } from "./stations-attention.ts";
import { added } from "./stations-input.ts";

type Body = Pick<Station, "inputs" | "picture" | "equation" | "part">;

/** x + sublayer, as they arrive at the sum. */
function residual(made: Made, place: string, x: Sheet, sublayer: StationName): Body {
  const arriving = (from: Sheet, name: string): Sheet => {
    const { symbol, letter, rowsAre, columnsAre, station } = from;
    const path = `${place}.${name}`;
    const numbers = made.walk.numbers.get(path);
    return numbers
      ? sheetOf({ symbol, letter, path, rowsAre, columnsAre, ...(station ? { station } : {}) }, numbers)
      : from;
  };
  const parts = added(made, arriving(x, "skipped"), arriving(made.sheets[sublayer] as Sheet, "sublayer"));
  return { ...parts, part: { part: "residuals", place } };
}

/** (x - mean) / deviation · gain + bias */
export function normalised(
  { walk, output, row, column, name, value }: Made,
  norm: string,
  x: Sheet,
): Pick<Station, "inputs" | "picture"> & { readonly equation: Chain } {
  const number = (path: string, index: number): number | undefined => walk.numbers.get(path)?.data[index];
  const [mean, deviation] = [number(`${norm}.mean`, row) ?? 0, number(`${norm}.deviation`, row) ?? 1];
  // A norm by length has one gain for all columns.
  const gain = number(`${norm}.gain`, column) ?? number(`${norm}.gain`, 0) ?? 1;
  const bias = number(`${norm}.bias`, column) ?? 0;
  const [i, d] = [row + 1, column + 1];
  return {
    inputs: [{ sheet: x, row }],
    picture: [marked(x, row, column), "→", marked(output, row, column)],
    equation: chainOf(
      {
        name,
        value,
        formula: `(${nameOf(x, row, column)} − μ_{${i}}) / σ_{${i}} · gain_{${d}} + bias_{${d}}`,
      },
      [
        { operator: "=", ...factorOf(x, row, column) },
        { operator: "−", label: `μ_{${i}}`, value: mean },
        { operator: "/", label: `σ_{${i}}`, value: deviation },
        { operator: "·", label: `gain_{${d}}`, value: gain },
        { operator: "+", label: `bias_{${d}}`, value: bias },
      ],
    ),
  };
}

const norm = (made: Made, place: string, x: Sheet): Body => ({
  ...normalised(made, `${place}.norm`, x),
  part: { part: "norm", place },
});

/** Its first number leads to another walk. */
function led(equation: Chain, walk: Partial<Jump>): Chain {
  const links = equation.links.map((link) =>
    link.to ? { ...link, to: turned({ ...link.to, ...walk }) } : link,
  );
  return { ...equation, links };
}

/** Keys of one attention are queries of the one that made them. */
const turned = ({ key, ...to }: Jump): Jump => (key === undefined ? to : { ...to, query: key });

/** What another walk ends with. */
function elsewhere(made: Made, attention: AttentionKind, block: number, station: StationName): Body {
  const { output, row, column, name, value } = made;
  const to = { station, attention, block, query: row, component: column };
  const formula = `${output.path}`;
  return {
    inputs: [],
    picture: [marked(output, row, column)],
    equation: chainOf({ name, value, formula }, [{ operator: "=", label: name, value, to }]),
  };
}

/** What the attention part of a layer ends with; a model may be built without residual connections. */
const attended = ({ sheets }: Made): Sheet => (sheets.residual ?? sheets.output) as Sheet;

const endOf = ({ walk }: Made): string => `${walk.places.feedForward}Residual`;

export const blockStations: Makers = {
  memory: (made) => {
    const { walk, output } = made;
    const path = `encoder.${walk.layers.encoder - 1}.states`;
    const states = walk.numbers.get(path);
    const end: StationName = walk.norm === "pre" ? "residualEnd" : "normEnd";
    if (!states || !walk.numbers.has("encoderNorm.mean"))
      return elsewhere(made, "encoder", walk.layers.encoder - 1, end);
    const x = sheetOf({ ...output, symbol: "Y", letter: "y", path, station: end }, states);
    const body = normalised(made, "encoderNorm", x);
    return {
      ...body,
      inputs: [],
      equation: led(body.equation, { attention: "encoder", block: walk.layers.encoder - 1 }),
    };
  },
  stream: (made) => {
    const { kind, layer, norm: when } = made.walk;
    const { path } = made.output;
    const last = path.endsWith(".sum") ? "residual" : path.endsWith(".output") ? "output" : "normMiddle";
    if (kind === "cross") return elsewhere(made, "decoder", layer, last);
    const end = when === "pre" ? "residualEnd" : "normEnd";
    return elsewhere(made, kind === "encoder" ? "encoder" : "cross", layer - 1, end);
  },
  normBefore: (made) => norm(made, made.walk.places.residual, streamIn(made)),
  residual: (made) => residual(made, made.walk.places.residual, streamIn(made), "output"),
  normMiddle: (made) => {
    const place = made.walk.norm === "pre" ? endOf(made) : made.walk.places.residual;
    return norm(made, place, attended(made));
  },
  inner: (made) =>
    projected(made, {
      symbol: "W_{1}",
      parameters: `${made.walk.places.feedForward}.inner`,
      first: 0,
      input: made.sheets.normMiddle ?? attended(made),
    }),
  activated: ({ walk, sheets, output, row, column, name, value }) => {
    const inner = sheets.inner as Sheet;
    const from = factorOf(inner, row, column);
    const isRelu = walk.activation === "relu";
    return {
      inputs: [{ sheet: inner, row }],
      picture: [marked(inner, row, column), "→", marked(output, row, column)],
      equation: chainOf({ name, value, formula: isRelu ? `max(0, ${from.label})` : `gelu(${from.label})` }, [
        { ...from, operator: isRelu ? "max" : "gelu", value: at(inner, row, column) },
      ]),
    };
  },
  outer: (made) =>
    projected(made, {
      symbol: "W_{2}",
      parameters: `${made.walk.places.feedForward}.outer`,
      first: 0,
      input: made.sheets.activated as Sheet,
    }),
  residualEnd: (made) => {
    const { walk, sheets } = made;
    const x = (walk.norm === "post" ? sheets.normMiddle : undefined) ?? attended(made);
    return residual(made, endOf(made), x, "outer");
  },
  normEnd: (made) => norm(made, endOf(made), (made.sheets.residualEnd ?? made.sheets.outer) as Sheet),
};
