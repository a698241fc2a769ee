import { extname } from "node:path";
import { openTranslator } from "../decoding/translator.ts";
import { type EvidenceKind, evidenceKinds } from "../inspect/evidence.ts";
import { type Inspector, openInspector } from "../inspect/inspector.ts";
import type { Look } from "../inspect/look.ts";
import { meanMatrix } from "../inspect/matrix.ts";
import { matchTaps, type TapPattern } from "../nn/match-taps.ts";
import { alignmentSvg } from "../pictures/alignment-svg.ts";
import { openRun } from "../runs/open-run.node.ts";
import type { OpenedRun } from "../runs/open-run.ts";
import { writeOutput } from "../runs/output-file.node.ts";
import type { Engine } from "../runtime/engine.ts";
import { taskOf } from "../tasks/tasks.ts";
import { asPage } from "./inspect-page.ts";
import type { InspectOptions, ShownExample } from "./inspected.ts";
import { crossOf, headsOf, labelsOf, readsOf, saidOf, usage } from "./inspected.ts";
import type { Io } from "./io.ts";

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
  const look = await openInspector({
    engine: opened,
    of: run,
    weights: run.weights,
    maxLength: taskOf(run.config).longest(run.config),
  });
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

function asSvg(seen: Look, { layer, head }: InspectOptions): string {
  const tensor = crossOf(seen, layer);
  const heads = headsOf(tensor);
  const weights = head === undefined ? meanMatrix(heads) : heads[head - 1];
  if (!weights) throw usage("--head", `there is no head ${head}`, `choose 1 to ${heads.length}`);
  const title = `${tensor.path}, ${head === undefined ? "mean of its heads" : `head ${head}`}`;
  return alignmentSvg({ source: readsOf(tensor, 3), target: labelsOf(tensor, 2), weights, title });
}

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
