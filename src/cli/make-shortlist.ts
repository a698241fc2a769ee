import { learnShortlist, type TokenPair } from "../decoding/lexicon.ts";
import { heedError } from "../errors.ts";
import { openRunOf } from "../runs/open-run.node.ts";
import { writeShortlist } from "../runs/shortlist-file.node.ts";
import { quoted } from "../text/quoted.ts";
import { writtenIds } from "../text/tokenizer.ts";
import { isBytePiece } from "../text/vocabulary.ts";
import { inTurns } from "../work.ts";
import { type GivenPairs, givenPairs } from "./given-pairs.ts";
import type { Io } from "./io.ts";
import { lineCounter } from "./line-counter.ts";

export interface ShortlistOptions extends GivenPairs {
  readonly run: string;
  readonly common: number;
  readonly each: number;
  readonly most: number;
}

/** Learns the shortlist of a run from pairs of sentences. */
export async function makeShortlist(options: ShortlistOptions, io: Io): Promise<number> {
  const { tokenizers, config } = openRunOf(options.run, "translate");
  const { source, target } = tokenizers;
  const pairs: TokenPair[] = [];
  const counter = lineCounter(io, "read");
  try {
    for await (const pair of givenPairs("heed shortlist", options)) {
      if (io.signal.aborted) return stopped(io);
      const read = { source: source.encode(pair.source), target: writtenIds(target, pair.target) };
      counter.add(1);
      if (Math.max(read.source.length, read.target.length) <= config.model.maxLength) pairs.push(read);
      if (pairs.length === options.most) break;
    }
  } finally {
    counter.end();
  }
  if (pairs.length === 0)
    throw heedError("ERR_DATA", { where: "heed shortlist", cause: "there are no pairs to learn from" });
  const { pad, bos, eos, unk, first } = target.special;
  const bytes = Array.from({ length: target.size }, (_, id) => id).filter((id) =>
    isBytePiece(target.token(id)),
  );
  const always = [pad, bos, eos, unk, ...(first === undefined ? [] : [first]), ...bytes];
  const sizes = { sourceVocabulary: source.size, targetVocabulary: target.size };
  const learning = learnShortlist(pairs, { ...sizes, always, common: options.common, each: options.each });
  const shortlist = await inTurns(learning, io.signal).catch((error: unknown) => {
    if (io.signal.aborted) return undefined;
    throw error;
  });
  if (!shortlist) return stopped(io);
  const path = writeShortlist(options.run, shortlist);
  io.say(
    `${path}: learnt from ${pairs.length} pairs; next: heed translate ${quoted(options.run)} --shortlist`,
  );
  return 0;
}

function stopped(io: Io): number {
  io.say("stopped: no shortlist was written");
  return 0;
}
