import { contributionTaps } from "../inspect/evidence/contributions.ts";
import { type Inspector, openInspector } from "../inspect/looking/inspector.ts";
import { matchTaps, type TapPattern } from "../nn/match-taps.ts";
import { openRun } from "../runs/open-run.node.ts";
import type { OpenedRun } from "../runs/open-run.ts";
import { writeOutput } from "../runs/output-file.node.ts";
import { translatorOver } from "../runs/ready.ts";
import type { Engine } from "../runtime/engine.ts";
import { taskOf } from "../tasks/tasks.ts";
import { goldLinks } from "./inspect-gold.ts";
import { asCsv, asJson } from "./inspect-numbers.ts";
import { type CheckedOptions, checked, type InspectOptions, usage } from "./inspect-options.ts";
import { asPage } from "./inspect-page.ts";
import { asPicture } from "./inspect-picture.ts";
import { saidTaps } from "./inspect-said.ts";
import { stepTaps } from "./inspect-steps.ts";
import type { ShownExample } from "./inspected.ts";
import type { Io } from "./io.ts";
import { rasterise } from "./png.ts";

/** Reads one text and writes what happened inside. */
export async function inspectText(
  given: InspectOptions,
  io: Io,
  engine: () => Promise<Engine>,
): Promise<number> {
  const options = checked(given);
  const run = openRun(options.run);
  const opened = await engine();
  const example = await exampleOf(run, opened, options);
  const look = await openInspector({
    engine: opened,
    of: run,
    weights: run.weights,
    maxLength: taskOf(run.config).longest(run.config),
  });
  try {
    writeOutput(options.out, await contentOf({ run, look, example, options, io }));
  } finally {
    look.close();
  }
  io.say(`${options.out}: ${example.isOwn ? "the model's own translation" : "what it was given"}`);
  return 0;
}

interface Inspection {
  readonly run: OpenedRun;
  readonly look: Inspector;
  readonly example: ShownExample;
  readonly options: CheckedOptions;
  readonly io: Io;
}

async function contentOf({ run, look, example, options, io }: Inspection): Promise<string | Uint8Array> {
  const { form, taps } = options;
  refuseUnknownTaps(look, taps);
  const isNumbers = form === ".json" || form === ".csv";
  const patterns = isNumbers ? (taps.length > 0 ? taps : numberTaps(look)) : shownTaps(look);
  const seen = await look.run(example.given, { taps: patterns as TapPattern[] });
  if (form === ".json") return asJson(seen, example);
  if (form === ".csv") return asCsv(seen);
  const isFramed = form === ".html" || options.shown === "heatmap";
  const gold = isFramed ? goldLinks(run, example.given, look.encode(example.given), options.gold) : [];
  if (form === ".html") return asPage({ run, look, seen, example, gold, options });
  const svg = asPicture(run, seen, gold, options);
  if (form === ".svg") return `${svg}\n`;
  const { png, missing } = await rasterise(svg);
  if (missing.length > 0)
    io.say(
      `${options.out}: no font of this machine has ${missing.join(" ")}; install one that has, or write .svg`,
    );
  return png;
}

async function exampleOf(
  run: OpenedRun,
  engine: Engine,
  { text: source, target }: CheckedOptions,
): Promise<ShownExample> {
  if (run.task === "generate" && target !== undefined)
    throw usage("--target", "a language model has none", "leave it out");
  if (run.task === "classify" && target !== undefined && !run.labels.includes(target))
    throw usage("--target", `"${target}" is not a label`, `labels are ${run.labels.slice(0, 8).join(", ")}`);
  if (target !== undefined) return { given: { source, target }, isOwn: false };
  if (run.task !== "translate") return { given: { source }, isOwn: false };
  const translator = await translatorOver(run, engine);
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

/** Attention weights, and the gates of cells. */
const numberTaps = ({ paths }: Inspector): string[] => [
  ...weightsOf(paths),
  ...stepTaps(paths).filter((path) => !path.endsWith(".hidden")),
];

/** All that pictures are made of. */
const shownTaps = ({ paths }: Inspector): string[] => [
  ...new Set([
    ...weightsOf(paths).flatMap((path) => contributionTaps(path.slice(0, -".weights".length), paths)),
    ...stepTaps(paths),
    ...saidTaps(paths),
  ]),
];

const weightsOf = (paths: readonly string[]): string[] => paths.filter((path) => path.endsWith(".weights"));
