import { extname } from "node:path";
import { openTranslator } from "../decoding/translator.ts";
import { heedError } from "../errors.ts";
import { type EvidenceKind, evidence, evidenceKinds, spearman } from "../inspect/evidence.ts";
import { type Inspector, type Look, type NamedTensor, openInspector } from "../inspect/inspector.ts";
import { type Matrix, meanMatrix } from "../inspect/matrix.ts";
import type { Example } from "../inspect/subject.ts";
import { matchTaps, type TapPattern } from "../nn/match-taps.ts";
import { alignmentSvg } from "../pictures/alignment-svg.ts";
import { attentionPage, type ShownAttention } from "../pictures/attention-page.ts";
import { openRun } from "../runs/open-run.node.ts";
import type { OpenedRun } from "../runs/open-run.ts";
import { writeOutput } from "../runs/output-file.node.ts";
import type { Engine } from "../runtime/engine.ts";
import type { Io } from "./io.ts";

export interface InspectOptions {
  readonly run: string;
  readonly text?: string | undefined;
  readonly target?: string | undefined;
  readonly out?: string | undefined;
  readonly taps: readonly string[];
  readonly evidence?: string | undefined;
  readonly layer?: number | undefined;
  readonly head?: number | undefined;
}

const FORMS = [".html", ".svg", ".json", ".csv"];
const GATES = ["inputGate", "forgetGate", "outputGate", "resetGate", "updateGate"];

/** Reads one text and writes what happened inside. */
export async function inspectText(
  options: InspectOptions,
  io: Io,
  engine: () => Promise<Engine>,
): Promise<number> {
  const { text, out, form, kinds } = checked(options);
  const run = openRun(options.run);
  const opened = await engine();
  const example = await exampleOf(run, opened, text, options.target);
  const look = await openInspector({ engine: opened, of: run, weights: run.weights });
  try {
    const patterns = (options.taps.length > 0 ? options.taps : defaultTaps(look)) as TapPattern[];
    refuseUnknownTaps(look, options.taps);
    const seen = await look.run(example.given, { taps: patterns });
    if (form === ".json") writeOutput(out, `${JSON.stringify(asJson(seen, example), null, 1)}\n`);
    else if (form === ".csv") writeOutput(out, asCsv(seen));
    else if (form === ".svg") writeOutput(out, asSvg(seen, options));
    else writeOutput(out, await asPage({ run, look, seen, example, kinds, options }));
  } finally {
    look.close();
  }
  io.say(`${out}: ${example.isOwn ? "the model's own translation" : "what it was given"}`);
  return 0;
}

const usage = (where: string, cause: string, remedy: string): Error =>
  heedError("ERR_USAGE", { where, cause, remedy });

function checked({ text, out, evidence: list, taps }: InspectOptions): {
  text: string;
  out: string;
  form: string;
  kinds: EvidenceKind[];
} {
  if (text === undefined) throw usage("heed inspect", "no text", 'give --text "…"');
  if (out === undefined)
    throw usage("heed inspect", "no output", "give --out FILE.html, .svg, .json or .csv");
  const form = extname(out).toLowerCase();
  if (!FORMS.includes(form))
    throw usage("--out", `"${form}" is not a form of output`, `choose ${FORMS.join(", ")}`);
  const isNumbers = form === ".json" || form === ".csv";
  if (taps.length > 0 && !isNumbers) throw usage("--taps", `has no effect on ${form}`, "write .json or .csv");
  if (list !== undefined && form !== ".html")
    throw usage("--evidence", `has no effect on ${form}`, "write .html");
  const kinds = (list ?? "").split(",").flatMap((name) => {
    const trimmed = name.trim();
    if (trimmed === "") return [];
    const kind = evidenceKinds.find((each) => each === trimmed);
    if (!kind) throw usage("--evidence", `"${trimmed}" is unknown`, `choose ${evidenceKinds.join(", ")}`);
    return [kind];
  });
  return { text, out, form, kinds };
}

interface ShownExample {
  readonly given: Example;
  /** Whether the target is the model's own translation. */
  readonly isOwn: boolean;
}

async function exampleOf(
  run: OpenedRun,
  engine: Engine,
  source: string,
  target: string | undefined,
): Promise<ShownExample> {
  if (run.task === "generate" && target !== undefined)
    throw usage("--target", "a language model has none", "leave it out");
  if (run.task === "classify" && target !== undefined && !run.labels.includes(target))
    throw usage("--target", `"${target}" is not a label`, `labels are ${run.labels.slice(0, 8).join(", ")}`);
  if (target !== undefined) return { given: { source, target }, isOwn: false };
  if (run.task !== "translate") return { given: { source }, isOwn: false };
  const { model, weights, tokenizers, config } = run;
  const { maxLength } = config.model;
  const translator = await openTranslator({
    engine,
    model,
    weights,
    ...tokenizers,
    ...config.decoding,
    maxLength,
  });
  const [translation] = await translator.translate([source]);
  translator.close();
  return { given: { source, target: translation?.hypotheses[0]?.text ?? "" }, isOwn: true };
}

/** @throws ERR_USAGE for a pattern that matches no tap, naming similar ones. */
function refuseUnknownTaps({ paths }: Inspector, patterns: readonly string[]): void {
  for (const pattern of patterns) {
    try {
      matchTaps(new Map(paths.map((path) => [path, undefined as never])), pattern as TapPattern);
    } catch (error) {
      throw usage(
        "--taps",
        (error as Error).message.replace(/^matchTaps: /, "").replace(/\.$/, ""),
        "see docs/taps.md",
      );
    }
  }
}

/** Attention weights and gates: all that has a picture. */
function defaultTaps({ paths }: Inspector): string[] {
  return paths.filter((path) => {
    const name = path.slice(path.lastIndexOf(".") + 1);
    return name === "weights" || GATES.includes(name);
  });
}

const matrixAt = ({ axes, data }: NamedTensor, head: number): number[][] => {
  const [rows, columns] = [axes[2]?.size ?? 0, axes[3]?.size ?? 0];
  const first = head * rows * columns;
  return Array.from({ length: rows }, (_, i) =>
    Array.from(data.subarray(first + i * columns, first + (i + 1) * columns)),
  );
};

function headsOf(tensor: NamedTensor): Matrix[] {
  return Array.from({ length: tensor.axes[1]?.size ?? 0 }, (_, head) => matrixAt(tensor, head));
}

/** The tokens of an axis as labels: those that are written there, where there are some. */
const labelsOf = (tensor: NamedTensor, axis: number): readonly string[] => {
  const { tokens, size = 0 } = tensor.axes[axis] ?? {};
  return tokens?.writes ?? tokens?.reads ?? Array.from({ length: size }, (_, i) => String(i + 1));
};
const readsOf = (tensor: NamedTensor, axis: number): readonly string[] =>
  tensor.axes[axis]?.tokens?.reads ?? labelsOf(tensor, axis);

const isWeights = ({ path }: NamedTensor): boolean => path.endsWith(".weights");

function shownWeights(tensor: NamedTensor): ShownAttention {
  const heads = headsOf(tensor);
  const perHead = heads.map((weights, i) => ({ caption: `head ${i + 1}`, weights }));
  const mean =
    heads.length > 1 ? [{ caption: `mean of ${heads.length} heads`, weights: meanMatrix(heads) }] : [];
  const isWritten = tensor.axes[2]?.tokens?.writes !== undefined;
  return {
    title: titleOf(tensor.path.slice(0, -".weights".length)),
    note: `${tensor.path}. Down: the token that ${isWritten ? "is written" : "reads"}; across: the tokens it reads from. Each row sums to 1; ▁ begins a word.`,
    rows: labelsOf(tensor, 2),
    columns: readsOf(tensor, 3),
    pictures: [...mean, ...perHead],
  };
}

/** "decoder.1.cross" -> "Decoder layer 2: cross-attention" */
function titleOf(place: string): string {
  const [, part = "", layer, last = ""] = /^(.*?)\.?(?:layers\.)?(\d+)?\.?([a-z]+)$/i.exec(place) ?? [];
  const kind = last === "cross" ? "cross-attention" : last === "attention" ? "self-attention" : last;
  const name = part === "" || part === "layers" ? "" : `${part[0]?.toUpperCase()}${part.slice(1)} `;
  const where = layer === undefined ? name.trimEnd() : `${name}layer ${Number(layer) + 1}`;
  return where === "" ? kind : `${where[0]?.toUpperCase()}${where.slice(1)}: ${kind}`;
}

/** The gates of each cell: how far they are open, on average over the state, at every token. */
function shownGates(tensors: readonly NamedTensor[]): ShownAttention[] {
  const cells = new Map<string, NamedTensor[]>();
  for (const tensor of tensors.filter((one) => !isWeights(one))) {
    const cell = tensor.path.slice(0, tensor.path.lastIndexOf("."));
    cells.set(cell, [...(cells.get(cell) ?? []), tensor]);
  }
  return [...cells].map(([cell, gates]) => ({
    title: titleOf(cell),
    note: `${cell}. How far the gates are open at each token, from 0 to 1, on average over the state.`,
    rows: gates.map(({ path }) => path.slice(path.lastIndexOf(".") + 1)),
    columns: readsOf(gates[0] as NamedTensor, 1),
    pictures: [{ caption: `${gates[0]?.axes[2]?.size} units`, weights: gates.map(meanPerStep) }],
  }));
}

function meanPerStep({ axes, data }: NamedTensor): number[] {
  const [steps, size] = [axes[1]?.size ?? 0, axes[2]?.size ?? 1];
  return Array.from({ length: steps }, (_, step) => {
    const units = data.subarray(step * size, (step + 1) * size);
    return units.reduce((sum, unit) => sum + unit, 0) / size;
  });
}

interface Paged {
  readonly run: OpenedRun;
  readonly look: Inspector;
  readonly seen: Look;
  readonly example: ShownExample;
  readonly kinds: readonly EvidenceKind[];
  readonly options: InspectOptions;
}

async function asPage({ run, look, seen, example, kinds, options }: Paged): Promise<string> {
  const tensors = [...seen.taps.values()];
  const shown = [...tensors.filter(isWeights).map(shownWeights), ...shownGates(tensors)];
  const { source, target } = example.given;
  const facts: (readonly [string, string])[] = [["Text", source]];
  if (target !== undefined) facts.push([example.isOwn ? "The model's own translation" : "Given", target]);
  return attentionPage({
    title: `Inside ${options.run}`,
    subtitle: `Every head of every layer of ${run.config.model.kind === "transformer" ? "a Transformer" : run.config.model.kind.toUpperCase()}`,
    facts,
    attentions: [
      ...(await shownEvidence({ look, seen, example, kinds, options, run })),
      ...shown.toReversed(),
    ],
    said: saidOf(seen),
  });
}

const CAPTIONS: Readonly<Record<EvidenceKind, string>> = {
  weights: "attention weights",
  norms: "norms ‖a · v‖",
  gradientTimesWeight: "gradient × weight",
  integratedGradients: "integrated gradients",
  leaveOneOut: "leaving a token out",
};

async function shownEvidence({ run, look, seen, example, kinds, options }: Paged): Promise<ShownAttention[]> {
  if (kinds.length === 0) return [];
  if (run.task !== "translate") throw usage("--evidence", "is about a translator's source", "leave it out");
  const tensor = crossOf(seen, options.layer);
  const place = tensor.path.slice(0, -".weights".length);
  const asked = { place, ...(options.head === undefined ? {} : { head: options.head - 1 }) };
  const truth = await evidence(look, example.given, "leaveOneOut", asked);
  const pictures = [];
  for (const kind of kinds) {
    const matrix = kind === "leaveOneOut" ? truth : await evidence(look, example.given, kind, asked);
    const agreement = kind === "leaveOneOut" ? "" : `, ρ = ${spearman(matrix, truth).toFixed(2)}`;
    pictures.push({ caption: `${CAPTIONS[kind]}${agreement}`, weights: scaled(matrix) });
  }
  return [
    {
      title: "Evidence",
      note: `What each source token counts for as a token is written, at ${place}, ${options.head ? `head ${options.head}` : "mean of its heads"}; the largest of each picture in full colour, what is below 0 blank. ρ is Spearman's correlation with leaving tokens out.`,
      rows: labelsOf(tensor, 2),
      columns: readsOf(tensor, 3),
      pictures,
    },
  ];
}

function scaled(matrix: Matrix): number[][] {
  const largest = matrix.flat().reduce((most, value) => Math.max(most, value), 1e-12);
  return matrix.map((row) => row.map((value) => Math.max(0, value) / largest));
}

/** The weights of a decoder layer's cross-attention, or of the last self-attention where there is no decoder. */
function crossOf({ taps }: Look, layer: number | undefined): NamedTensor {
  const weights = [...taps.values()].filter(isWeights);
  const cross = weights.filter(({ path }) => path.endsWith(".cross.weights"));
  const choices = cross.length > 0 ? cross : weights;
  const chosen = layer === undefined ? choices.at(-1) : choices[layer - 1];
  if (chosen) return chosen;
  if (choices.length === 0)
    throw usage("--out", "this model has no attention to draw", "write .html or .json");
  throw usage("--layer", `there is no layer ${layer}`, `choose 1 to ${choices.length}`);
}

function asSvg(seen: Look, { layer, head }: InspectOptions): string {
  const tensor = crossOf(seen, layer);
  const heads = headsOf(tensor);
  const weights = head === undefined ? meanMatrix(heads) : heads[head - 1];
  if (!weights) throw usage("--head", `there is no head ${head}`, `choose 1 to ${heads.length}`);
  const title = `${tensor.path}, ${head === undefined ? "mean of its heads" : `head ${head}`}`;
  return alignmentSvg({ source: readsOf(tensor, 3), target: labelsOf(tensor, 2), weights, title });
}

const saidOf = ({ said }: Look) =>
  said.expected.map((expected, i) => ({
    expected: expected === "" ? (said.likeliest[i] as string) : expected,
    probability: Math.exp(said.logProbabilities[i] as number),
    likeliest: said.likeliest[i] as string,
  }));

const asJson = (seen: Look, { given, isOwn }: ShownExample): object => ({
  ...given,
  ...(given.target === undefined ? {} : { targetIs: isOwn ? "the model's own" : "given" }),
  said: saidOf(seen),
  taps: [...seen.taps.values()].map(({ path, axes, data }) => ({ path, axes, data: Array.from(data) })),
});

/** A line for every number: path, the index on up to four axes, value. */
function asCsv({ taps }: Look): string {
  const lines = ["path,axes,index,value"];
  for (const { path, axes, data } of taps.values()) {
    const names = axes.map(({ name }) => name).join(" ");
    data.forEach((value, place) => {
      let rest = place;
      const index = axes
        .toReversed()
        .map(({ size }) => {
          const at = rest % size;
          rest = Math.floor(rest / size);
          return at;
        })
        .reverse();
      lines.push(`${path},${names},${index.join(" ")},${value}`);
    });
  }
  return `${lines.join("\n")}\n`;
}
