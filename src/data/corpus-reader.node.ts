import type { CorpusReader } from "./corpus-reader.ts";
import type { CorpusCache } from "./encoded.ts";
import { hashFiles, readLines } from "./files.node.ts";
import { readLabelled } from "./labelled.node.ts";
import { extraColumns, readPairs } from "./pairs.node.ts";

export interface FileReaderOptions {
  /** Once aborted, reading throws its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called with a message about any part of a file that is ignored. */
  readonly say?: ((message: string) => void) | undefined;
  /** Keeps large corpora encoded: see `openCorpusCache`. Default: all are held in memory. */
  readonly cache?: CorpusCache | undefined;
}

/** Reads corpora from files, plain or gzip. */
export function openFileReader({ signal, say, cache }: FileReaderOptions = {}): CorpusReader {
  // A large corpus is read several times.
  const told = new Set<string>();
  const onExtraColumns = (path: string, lines: number): void => {
    if (!told.has(path)) say?.(extraColumns(path, lines));
    told.add(path);
  };
  return {
    pairs: (spec, onBytes) => readPairs(spec, { signal, onExtraColumns, onBytes }),
    lines: (path, onBytes) => readLines(path, { signal, onBytes }),
    labelled: (path, onBytes) => readLabelled(path, { signal, onBytes }),
    hash: (paths, onBytes) => hashFiles(paths, { signal, onBytes }),
    cache,
  };
}

export const fileReader: CorpusReader = openFileReader();
