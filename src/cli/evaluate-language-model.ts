import { readLines } from "../data/files.node.ts";
import { heedError } from "../errors.ts";
import type { LanguageRun } from "../runs/open-run.ts";
import type { Engine } from "../runtime/engine.ts";
import { textPerplexity } from "../tasks/generate/perplexity.ts";
import type { Io } from "./io.ts";
import { type ShardValues, shardOf } from "./shard.ts";

interface LanguageTest extends ShardValues {
  readonly text?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Reports how well a language model predicts a text. */
export async function evaluateLanguageModel(
  run: LanguageRun,
  engine: Engine,
  { text, json, ...part }: LanguageTest,
  io: Io,
): Promise<number> {
  if (shardOf(part)) {
    const cause = "a language model reads its test set as one text";
    throw heedError("ERR_USAGE", { where: "--shard", cause, remedy: "leave it out" });
  }
  if (!text) {
    const cause = "no test set for a language model";
    throw heedError("ERR_USAGE", { where: "heed evaluate", cause, remedy: "give --text FILE, plain text" });
  }
  const lines: string[] = [];
  for await (const line of readLines(text)) lines.push(line);
  const scores = await textPerplexity(run, engine, lines, text);
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
  return 0;
}
