import type { CorpusReader } from "./corpus-reader.ts";
import { hashFiles, readLines } from "./files.node.ts";
import { readLabelled } from "./labelled.node.ts";
import { readPairs } from "./pairs.node.ts";

/** Corpora are files, plain or gzip. Reading throws the signal's reason once it is aborted. */
export const fileReaderUntil = (signal?: AbortSignal): CorpusReader => ({
  pairs: (spec) => readPairs(spec, { signal }),
  lines: (path) => readLines(path, { signal }),
  labelled: (path) => readLabelled(path, { signal }),
  hash: (paths) => hashFiles(paths, { signal }),
});

export const fileReader: CorpusReader = fileReaderUntil();
