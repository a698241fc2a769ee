import { readLines } from "../data/files.node.ts";
import { heedError } from "../errors.ts";

/** The lines of a file that goes with another input, line by line. */
export interface CompanionLines {
  /** The next line, and where it stands: `links.txt:3`. @throws ERR_DATA when there is none. */
  next(): Promise<{ readonly line: string; readonly where: string }>;
  /** @throws ERR_DATA when lines are left. */
  end(): Promise<void>;
  close(): Promise<void>;
}

/** @param beside  Names the other input in errors: "standard input". */
export function companionLines(path: string, beside: string): CompanionLines {
  const lines = readLines(path);
  let read = 0;
  const differ = (cause: string): Error => heedError("ERR_DATA", { where: path, cause });
  return {
    next: async () => {
      const { value, done } = await lines.next();
      if (done) throw differ(`ends after line ${read}, but ${beside} has more lines`);
      read += 1;
      return { line: value, where: `${path}:${read}` };
    },
    end: async () => {
      const { done } = await lines.next();
      if (!done) throw differ(`has more lines than ${beside}, which has ${read}`);
    },
    close: async () => {
      await lines.return(undefined);
    },
  };
}
