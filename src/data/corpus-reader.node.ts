import type { CorpusReader } from "./corpus-reader.ts";
import { hashFiles, readLines } from "./files.node.ts";
import { readLabelled } from "./labelled.node.ts";
import { extraColumns, readPairs } from "./pairs.node.ts";

export interface FileReaderOptions {
  /** Reading throws its reason once it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Told what of a file is not read. */
  readonly say?: ((message: string) => void) | undefined;
}

/** Corpora are files, plain or gzip. */
export function openFileReader({ signal, say }: FileReaderOptions = {}): CorpusReader {
  const onExtraColumns = (path: string, lines: number): void => say?.(extraColumns(path, lines));
  return {
    pairs: (spec) => readPairs(spec, { signal, onExtraColumns }),
    lines: (path) => readLines(path, { signal }),
    labelled: (path) => readLabelled(path, { signal }),
    hash: (paths) => hashFiles(paths, { signal }),
  };
}

export const fileReader: CorpusReader = openFileReader();
