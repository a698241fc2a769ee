import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import type { CorpusCache, EncodedWriter } from "../data/encoded.ts";
import { encodedFileWriter, openEncodedFile, writtenFile } from "../data/encoded-file.node.ts";
import { bytesIn } from "../data/files.node.ts";
import { HeedError, heedError } from "../errors.ts";
import { makeFolder } from "../formats/make-folder.node.ts";
import { reason, TEMPORARY, takePlace, temporaryIn, writeAtomically } from "./durable.node.ts";
import type { CachePlace } from "./run-options.ts";

/** Changes when files of earlier versions must not be read. */
const FORMAT = 1;
const LARGE = 256e6;
const COMPRESSED = 4;

const HOUR = 3_600_000;
/** Age at which what nobody opens any more is removed; and what was not finished, without a write. */
const UNUSED = 30 * 24 * HOUR;
const UNFINISHED = HOUR;

const cacheFolder = (): string => join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "heed");

/**
 * A cache in a folder, which trainings share. What is in it can be made again: whoever removes it loses time. A folder takes
 * its name once it is whole, its checksums are compared when it is opened, and whenever something is added, what nobody has
 * opened for 30 days is removed.
 */
export function openCorpusCache(
  { folder = cacheFolder(), atLeast = LARGE }: CachePlace,
  say: (message: string) => void,
): CorpusCache {
  const pathOf = (key: unknown): string => join(folder, sha256(JSON.stringify([FORMAT, key])).slice(0, 40));
  const damaged = (path: string): void => {
    say(`warning: ${path} is damaged: making it again`);
    inFolder(folder, () => rmSync(path, { recursive: true, force: true }));
  };
  return {
    isLarge: (names) => {
      const bytes = names.map((name) => (name.endsWith(".gz") ? COMPRESSED : 1) * bytesIn(name));
      return bytes.reduce((sum, size) => sum + size, 0) >= atLeast;
    },
    recall: (key) => {
      const path = `${pathOf(key)}.json`;
      const text = readIfThere(path);
      if (text === undefined) return undefined;
      const sum = text.slice(0, text.indexOf("\n"));
      const content = text.slice(sum.length + 1);
      if (sum !== sha256(content)) return damaged(path);
      touch(path);
      return JSON.parse(content);
    },
    remember: (key, value) => {
      const content = JSON.stringify(value);
      inFolder(folder, () => writeAtomically(`${pathOf(key)}.json`, `${sha256(content)}\n${content}`));
    },
    open: async (key, options) => {
      const path = pathOf(key);
      if (!statSync(path, { throwIfNoEntry: false })) return undefined;
      const file = await openEncodedFile(path, options);
      if (!file) return damaged(path) as undefined;
      touch(join(path, "about.json"));
      return file;
    },
    begin: (key, sizes) => {
      const temporary = temporaryIn(folder);
      const file = inFolder(folder, () => {
        removeOld(folder);
        mkdirSync(temporary);
        return encodedFileWriter(temporary, sizes);
      });
      return writerOf(file, temporary, pathOf(key));
    },
  };
}

function writerOf(
  file: ReturnType<typeof encodedFileWriter>,
  temporary: string,
  path: string,
): EncodedWriter {
  let isOpen = true;
  const abandon = (): void => {
    if (!isOpen) return;
    isOpen = false;
    file.close();
    rmSync(temporary, { recursive: true, force: true });
  };
  const orAbandon = <T>(write: () => T): T => {
    try {
      return write();
    } catch (cause) {
      abandon();
      const problem = `the encoded corpus cannot be written (${reason(cause)})`;
      const remedy = "free some space, or choose another folder with --cache";
      throw heedError("ERR_IO", { where: path, cause: problem, remedy }, cause);
    }
  };
  return {
    add: (example, number) => orAbandon(() => file.add(example, number)),
    finish: (report) =>
      orAbandon(() => {
        file.finish(report);
        try {
          takePlace(temporary, path);
        } catch (cause) {
          // Another training of the same corpus was faster.
          if (!existsSync(path)) throw cause;
        }
        abandon();
        return writtenFile(path);
      }),
    abandon,
  };
}

/** @throws ERR_CREATE when the folder cannot be written */
function inFolder<T>(folder: string, write: () => T): T {
  try {
    makeFolder(folder);
    return write();
  } catch (cause) {
    if (cause instanceof HeedError) throw cause;
    const problem = `cannot keep an encoded corpus here (${reason(cause)})`;
    const remedy = "choose another folder with --cache, or --cache off to hold the corpus in memory";
    throw heedError("ERR_CREATE", { where: folder, cause: problem, remedy }, cause);
  }
}

/** Removes what nobody has opened for long, and what was never finished. */
function removeOld(folder: string): void {
  const now = Date.now();
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const isUnfinished = name.startsWith(TEMPORARY);
    if (!isUnfinished && !/^[0-9a-f]{40}(\.json)?$/.test(name)) continue;
    const last = lastUse(path, isUnfinished ? "ids" : "about.json");
    if (now - last > (isUnfinished ? UNFINISHED : UNUSED)) rmSync(path, { recursive: true, force: true });
  }
}

/** When a file, or the one that tells of a folder, was last changed or touched. */
function lastUse(path: string, file: string): number {
  const times = [path, join(path, file)].map((each) => {
    try {
      return statSync(each).mtimeMs;
    } catch {
      return 0;
    }
  });
  return Math.max(...times);
}

function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // A cache that can only be read is still used.
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
