import type { CorpusReader } from "./corpus-reader.ts";
import { hashFiles, readLines } from "./files.node.ts";
import { readLabelled } from "./labelled.node.ts";
import { extraColumns, readPairs } from "./pairs.node.ts";

export interface FileReaderOptions {
  /** Once aborted, reading throws its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called with a message about any part of a file that is ignored. */
  readonly say?: ((message: string) => void) | undefined;
}

/** Reads corpora from files, plain or gzip. */
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
