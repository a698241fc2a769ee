import type { CorpusReader } from "./corpus-reader.ts";
import { hashFiles, readLines } from "./files.node.ts";
import { readLabelled } from "./labelled.node.ts";
import { readPairs } from "./pairs.node.ts";

/** Corpora are files, plain or gzip. */
export const fileReader: CorpusReader = {
  pairs: (spec) => readPairs(spec),
  lines: (path) => readLines(path),
  labelled: (path) => readLabelled(path),
  hash: (paths) => hashFiles(paths),
};
