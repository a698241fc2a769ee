/** What can be asked of a classifier. */
import { type LabelContributions, labelContributions, labelTaps } from "heed/inspect";
import type { TapPattern } from "heed/nn";
import type { Session } from "./session.ts";

export const classifyRequests = (opened: () => Session) => ({
  /** What each word adds to each label, the likeliest first. */
  contributions: async (source: string): Promise<LabelContributions> => {
    const { run, look } = opened();
    if (run.task !== "classify") throw new Error("only a classifier has labels");
    const taps = ["probabilities", ...labelTaps].filter((path) => look.paths.includes(path));
    return labelContributions(run, await look.run({ source }, { taps: taps as TapPattern[] }));
  },
});
