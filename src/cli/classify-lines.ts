import { chunks } from "../data/chunks.ts";
import { heedError } from "../errors.ts";
import { openRunOf } from "../runs/open-run.node.ts";
import type { ClassifierRun } from "../runs/open-run.ts";
import type { Engine } from "../runtime/engine.ts";
import { likeliest, openJudge } from "../tasks/classify/judge.ts";
import { encodeLabelled } from "../tasks/classify/texts.ts";
import { isBlank } from "../text/blank.ts";
import { cutLines } from "./cut-lines.ts";
import { type Flow, shardedFlow, wholeFlow } from "./flow.ts";
import { inputLines, patientWindows } from "./input-lines.ts";
import type { Io } from "./io.ts";
import { partAbout } from "./part-about.ts";
import { type ShardValues, shardOf } from "./shard.ts";

export interface ClassifyOptions extends ShardValues {
  readonly run: string;
  readonly invalidUtf8: string;
  readonly json?: boolean | undefined;
}

/** How many texts are processed at a time, so that memory stays flat for any length of input; a block of a shard has two of them. */
const WINDOW = 512;

/** Labels the lines of standard input. */
export async function classifyLines(
  options: ClassifyOptions,
  io: Io,
  engine: () => Promise<Engine>,
): Promise<number> {
  shardOf(options);
  const run = openRunOf(options.run, "classify");
  const { config, labels, model, tokenizer, weights } = run;
  if (labels.length === 0) {
    const [cause, remedy] = ["this run is an encoder without labels", "use `heed embed`"];
    throw heedError("ERR_INPUT", { where: options.run, cause, remedy });
  }
  const opened = await engine();
  const flow = await flowOf(run, options, io);
  if (!flow) return 0;
  const judge = await openJudge({
    engine: opened,
    model,
    padding: tokenizer.special.pad,
    constants: weights,
  });
  const { maxTokens } = config.data;
  let cut = 0;
  const onCut = (): void => {
    cut += 1;
  };
  try {
    for await (const window of flow.windows)
      for (const texts of chunks(window, WINDOW)) {
        const visible = texts.filter((text) => !isBlank(text));
        const judgements = await judge.judge(
          visible.map((text) => encodeLabelled(text, 0, tokenizer, maxTokens, onCut)),
        );
        let next = 0;
        for (const text of texts) {
          const shares = isBlank(text) ? undefined : judgements[next++];
          await flow.writeLine(lineOf(text, shares, labels, options.json ?? false));
        }
      }
    flow.end();
    if (cut > 0) io.say(cutLines(cut, maxTokens));
  } finally {
    judge.close();
    flow.close();
  }
  return 0;
}

/** Where texts go: undefined when the part is there already. */
async function flowOf(
  run: ClassifierRun,
  options: ClassifyOptions,
  io: Io,
): Promise<Flow<string> | undefined> {
  const lines = inputLines(io, options.invalidUtf8);
  const part = shardOf(options);
  if (!part) return wholeFlow(patientWindows(lines, WINDOW), io);
  const about = await partAbout({ command: "classify", runs: [run], options, without: [] });
  return shardedFlow({ ...part, about, items: lines, textOf: (line) => line }, io);
}

/** @param shares  The probability of each label; undefined for a blank text. */
function lineOf(
  text: string,
  shares: Float32Array | undefined,
  labels: readonly string[],
  json: boolean,
): string {
  const best = shares ? likeliest(shares) : -1;
  const label = labels[best] ?? "";
  if (!json) return shares ? `${label}\t${shares[best]?.toFixed(4)}` : "";
  const entries = shares ? labels.map((name, i) => [name, shares[i] as number]) : [];
  return JSON.stringify({ text, label, probabilities: Object.fromEntries(entries) });
}
