import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { heedError } from "../errors.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { tokenizerFromJson } from "../text/tokenizer-json.ts";
import { trainTokenizer } from "../text/train.ts";
import type { GenerateConfig, TranslateConfig } from "./config.ts";
import type { Corpus } from "./corpus.node.ts";
import { writeAtomically } from "./run-directory.node.ts";
import type { Tokenizers } from "./translation.ts";

const shared = "tokenizer.json";
const separate = { source: "tokenizer.source.json", target: "tokenizer.target.json" } as const;

/** The vocabularies a configuration asks for, learnt from the training pairs. */
export function trainTokenizers(
  { tokenizer }: TranslateConfig,
  corpus: Corpus,
  say: (message: string) => void,
): Tokenizers {
  function* side(...sides: readonly ("source" | "target")[]): Generator<string> {
    for (const pair of corpus.train) for (const name of sides) yield pair[name];
  }
  const { target } = tokenizer;
  const isShared = tokenizer.shared && !target;
  const kinds = target ? `${tokenizer.kind} + ${target.kind}` : tokenizer.kind;
  return timed(say, kinds, () => {
    const source = trainTokenizer(isShared ? side("source", "target") : side("source"), tokenizer);
    return { source, target: isShared ? source : trainTokenizer(side("target"), target ?? tokenizer) };
  });
}

/** A vocabulary for one language. */
export function learnTokenizer(
  lines: Iterable<string>,
  config: GenerateConfig["tokenizer"],
  say: (message: string) => void,
): Tokenizer {
  return timed(say, config.kind, () => {
    const source = trainTokenizer(lines, config);
    return { source, target: source };
  }).source;
}

function timed(say: (message: string) => void, kind: string, learn: () => Tokenizers): Tokenizers {
  const start = performance.now();
  const { source, target } = learn();
  const sizes = source === target ? `${source.size}` : `${source.size} + ${target.size}`;
  say(`vocabulary of ${sizes} ${kind} entries in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return { source, target };
}

/** Puts the vocabularies into a run directory: one file when source and target share it. */
export function writeTokenizers(directory: string, { source, target }: Tokenizers): void {
  if (source === target) writeTokenizer(directory, source);
  else {
    writeTokenizer(directory, source, separate.source);
    writeTokenizer(directory, target, separate.target);
  }
}

export function writeTokenizer(directory: string, tokenizer: Tokenizer, name: string = shared): void {
  writeAtomically(join(directory, name), `${JSON.stringify(tokenizer.toJSON())}\n`);
}

/** The vocabularies of a run. @throws ERR_MODEL naming a file that is missing or damaged. */
export function readTokenizers(directory: string): Tokenizers {
  if (existsSync(join(directory, separate.source))) {
    return {
      source: readTokenizer(directory, separate.source),
      target: readTokenizer(directory, separate.target),
    };
  }
  const source = readTokenizer(directory);
  return { source, target: source };
}

/** The one vocabulary of a run. @throws ERR_MODEL when it is missing or damaged. */
export function readTokenizer(directory: string, name: string = shared): Tokenizer {
  const path = join(directory, name);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw heedError("ERR_MODEL", { where: path, cause: "cannot be read as JSON" }, cause);
  }
  return tokenizerFromJson(json, path);
}
