/** Queries, keys and values; scores and weights; the weighted sum, the heads, and W_O. */
import { chainOf, softmaxOf, sumOf } from "./equation.ts";
import { projected, rotated } from "./linear.ts";
import { at, nameOf, type Sheet, transposed } from "./sheet.ts";
import { lengthsOf } from "./sheets.ts";
import { factorOf, type Made, type Makers, marked, type Station } from "./station.ts";

type Body = Pick<Station, "inputs" | "picture" | "equation" | "part">;

/** What queries are made from, and the stream itself. */
export const streamIn = ({ sheets, walk: { kind, layer } }: Made): Sheet =>
  (kind === "cross" || layer > 0 ? sheets.stream : (sheets.sum ?? sheets.embedding)) as Sheet;
const inputOf = (made: Made): Sheet => made.sheets.normBefore ?? streamIn(made);

/** What keys and values are made from: what queries are, or what the encoder made of the source. */
const readFrom = (made: Made): Sheet =>
  made.sheets.memory ?? ({ ...inputOf(made), rowsAre: "query" } as const);

function ofHead(made: Made, kind: "query" | "key" | "value"): Body {
  const { walk, choice, output } = made;
  const input = kind === "query" ? inputOf(made) : readFrom(made);
  const own = `${walk.places.attention}.${kind}`;
  // A model without W_V has its keys as values.
  const parameters = walk.numbers.has(`${own}.weight`) ? own : `${walk.places.attention}.key`;
  const symbol = `W_{${kind.charAt(0).toUpperCase()}}`;
  const projection = { symbol: symbol, parameters, first: choice.head * output.columns, input };
  const isRotated = walk.positions === "rotary" && walk.kind !== "cross" && kind !== "value";
  return (isRotated ? rotated : projected)(made, projection);
}

export const attentionStations: Makers = {
  query: (made) => ofHead(made, "query"),
  key: (made) => ofHead(made, "key"),
  value: (made) => ofHead(made, "value"),
  products: ({ sheets, output, row, column, name, value }) => {
    const [q, k] = [sheets.query as Sheet, sheets.key as Sheet];
    const turned = transposed(k);
    const terms = Array.from({ length: q.columns }, (_, d) => [factorOf(q, row, d), factorOf(k, column, d)]);
    return {
      inputs: [
        { sheet: q, row },
        { sheet: k, row: column },
      ],
      picture: [marked(q, row), "·", marked(turned, undefined, column), "=", marked(output, row, column)],
      equation: sumOf({ name, value, formula: `Σ_{d} q_{${row + 1},d} · k_{${column + 1},d}` }, terms),
    };
  },
  scaled: ({ walk, sheets, output, row, column, name, value }) => {
    const [products, size] = [sheets.products as Sheet, sheets.query?.columns ?? 1];
    const from = factorOf(products, row, column);
    return {
      inputs: [{ sheet: products, row }],
      picture: [marked(products, row, column), `/ √${size} =`, marked(output, row, column)],
      equation: chainOf({ name, value, formula: `${from.label} / √d_{k}` }, [
        { operator: "=", ...from },
        { operator: "/", label: `√${size}`, value: Math.sqrt(size) },
      ]),
      part: { part: "scale", place: walk.places.attention },
    };
  },
  masked: ({ walk, sheets, output, row, column, name, value }) => {
    const scaled = sheets.scaled as Sheet;
    const from = factorOf(scaled, row, column);
    const isHidden = walk.kind === "decoder" && column > row;
    return {
      inputs: [{ sheet: scaled, row }],
      picture: [marked(scaled, row, column), "→", marked(output, row, column)],
      equation: chainOf({ name, value, formula: `${from.label} + ${isHidden ? "mask" : "0"}` }, [
        { operator: "=", ...from },
        { operator: "+", label: "mask", value: isHidden ? -1e9 : 0 },
      ]),
      ...(walk.kind === "cross" ? {} : { part: { part: "diagonal", place: walk.places.attention } as const }),
    };
  },
  weights: ({ walk, sheets, output, row, column, name, value }) => {
    const scores = sheets.masked as Sheet;
    const all = Array.from({ length: scores.columns }, (_, j) => factorOf(scores, row, j));
    const formula = `e^{${nameOf(scores, row, column)}} / Σ_{j} e^{m_{${row + 1},j}}`;
    return {
      inputs: [{ sheet: scores, row }],
      picture: [marked(scores, row), "→", marked(output, row, column)],
      equation: softmaxOf({ name, value, formula }, all, column),
      part: { part: "attention", place: walk.places.attention },
    };
  },
  weighted: ({ sheets, choice, output, row, column, name, value }) => {
    const [a, v] = [sheets.weights as Sheet, sheets.value as Sheet];
    const query = Math.min(choice.query, a.rows - 1);
    const weight = factorOf(a, query, row);
    return {
      inputs: [
        { sheet: a, row: query },
        { sheet: lengthsOf(output), row: 0 },
        { sheet: v, row },
      ],
      picture: [marked(a, query, row), "·", marked(v, row, column), "→", marked(output, row, column)],
      equation: sumOf({ name, value, formula: `${weight.label} · ${nameOf(v, row, column)}` }, [
        [weight, factorOf(v, row, column)],
      ]),
    };
  },
  head: ({ sheets, output, row, column, name, value }) => {
    const [a, v, u] = [sheets.weights as Sheet, sheets.value as Sheet, sheets.weighted as Sheet];
    const terms = Array.from({ length: a.columns }, (_, j) => [
      factorOf(a, row, j),
      {
        ...factorOf(v, j, column),
        ...(u ? { to: { station: "weighted", key: j, component: column } as const } : {}),
      },
    ]);
    return {
      inputs: [{ sheet: a, row }],
      picture: [marked(a, row), "·", marked(v, undefined, column), "=", marked(output, row, column)],
      equation: sumOf({ name, value, formula: `Σ_{j} a_{${row + 1},j} · v_{j,${column + 1}}` }, terms),
    };
  },
  heads: ({ sheets, walk, output, row, column, name, value }) => {
    const own = sheets.head as Sheet;
    const [head, component] = [Math.floor(column / own.columns), column % own.columns];
    const label = `z_{${row + 1},${component + 1}}^{${head + 1}}`;
    const to = { station: "head", head, query: row, component } as const;
    const one = `${Array.from({ length: walk.heads }, (_, h) => `Z^{${h + 1}}`).join(" | ")}`;
    return {
      inputs: [{ sheet: own, row }],
      picture: [marked(own, row), `${one} →`, marked(output, row, column)],
      equation: chainOf({ name, value, formula: label }, [
        { operator: "=", label, value: at(output, row, column), to },
      ]),
    };
  },
  output: (made) =>
    projected(made, {
      symbol: "W_{O}",
      parameters: `${made.walk.places.attention}.output`,
      first: 0,
      input: made.sheets.heads as Sheet,
    }),
};
