import { readLines } from "../data/files.node.ts";
import { heedError } from "../errors.ts";
import type { LanguageRun } from "../runs/open-run.ts";
import type { Engine } from "../runtime/engine.ts";
import { type TextPerplexity, textLoss, textPerplexity } from "../tasks/generate/perplexity.ts";
import { shardedFlow } from "./flow.ts";
import type { Io } from "./io.ts";
import { partAbout } from "./part-about.ts";
import { lossShare, type Shard, type ShardValues, shardOf } from "./shard.ts";

interface LanguageTest extends ShardValues {
  readonly text?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Reports how well a language model predicts a text. */
export async function evaluateLanguageModel(
  run: LanguageRun,
  engine: Engine,
  options: LanguageTest,
  io: Io,
): Promise<number> {
  const { text, json } = options;
  if (!text) {
    const cause = "no test set for a language model";
    throw heedError("ERR_USAGE", { where: "heed evaluate", cause, remedy: "give --text FILE, plain text" });
  }
  const part = shardOf(options);
  const lines: string[] = [];
  for await (const line of readLines(text)) lines.push(line);
  if (part) return countShard({ run, engine, lines, text, options, ...part }, io);
  await writeTextPerplexity(await textPerplexity(run, engine, lines, text), json ?? false, io);
  return 0;
}

/** Writes perplexity, and what it is over. */
export async function writeTextPerplexity(scores: TextPerplexity, json: boolean, io: Io): Promise<void> {
  const { tokens, loss, perplexity, characters, lossPerCharacter } = scores;
  if (json) await io.writeLine(JSON.stringify(scores));
  else {
    await io.writeLine(
      `perplexity ${perplexity.toPrecision(4)} over ${tokens} tokens (${loss.toFixed(4)} nats each)`,
    );
    await io.writeLine(
      `${lossPerCharacter.toFixed(4)} nats per character over ${characters} characters, line ends included`,
    );
  }
}

interface CountedShard {
  readonly run: LanguageRun;
  readonly engine: Engine;
  readonly lines: readonly string[];
  readonly text: string;
  readonly options: LanguageTest;
  readonly shard: Shard;
  readonly folder: string;
}

/** Writes the loss of a shard: the text is one, and its windows are dealt out, not its lines. */
async function countShard(
  { run, engine, lines, text, options, shard, folder }: CountedShard,
  io: Io,
): Promise<number> {
  const about = await partAbout({ command: "evaluate", runs: [run], options, without: ["text"] });
  const facts = { task: "generate" };
  const flow = await shardedFlow({ shard, folder, about, items: lines, textOf: (line) => line, facts }, io);
  if (!flow) return 0;
  try {
    for await (const _ of flow.windows);
    const { sums, characters } = await textLoss(run, engine, lines, text, lossShare(shard));
    // All shards know the characters; one counts them.
    const counted = shard.index === 1 ? [characters] : [];
    flow.end({ loss: [sums.negativeLogLikelihood, sums.tokens], characters: counted });
  } finally {
    flow.close();
  }
  return 0;
}
