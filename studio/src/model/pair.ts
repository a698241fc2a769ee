/** Two runs beside each other, each with its model. */
import type { Folder } from "./files.ts";
import type { HeadScores } from "./head-scores.ts";
import { type HeadsAsked, headRequests, type ShownHeads } from "./heads.ts";
import { closeSession } from "./looking.ts";
import { type ComparedTexts, comparedTexts, translateMany } from "./many.ts";
import { readingRequests, type TranslateAsked, type Translated } from "./reading.ts";
import type { Session } from "./session.ts";

export type Which = "first" | "second";

/** What is known of a run on one side. */
export interface OpenedSide {
  readonly task: Session["run"]["task"];
  readonly hasHeads: boolean;
}

export function pairRequests(open: (folder: Folder) => Promise<Session>) {
  const sessions: Partial<Record<Which, Session>> = {};
  const requestsOf = (which: Which) => {
    const opened = (): Session => {
      const session = sessions[which];
      if (!session) throw new Error(`no ${which} run is open`);
      return session;
    };
    const asItIs = async (): Promise<Session> => opened();
    return { opened, ...readingRequests(opened, asItIs), ...headRequests(asItIs) };
  };
  const sides = { first: requestsOf("first"), second: requestsOf("second") };

  return {
    /** Opens a run on one side, in place of the last one there. */
    openSide: async (which: Which, folder: Folder): Promise<OpenedSide> => {
      const session = await open(folder);
      closeSession(sessions[which]);
      sessions[which] = session;
      const hasHeads = session.look.paths.some((path) => path.endsWith(".weights"));
      return { task: session.run.task, hasHeads };
    },
    translateSide: (which: Which, asked: TranslateAsked): Promise<Translated> =>
      sides[which].translate(asked),
    /** @param onDone  Gets how many are done; its answer is whether to go on. */
    translateManySide: (
      which: Which,
      sources: readonly string[],
      onDone: (done: number) => boolean | Promise<boolean>,
    ): Promise<string[] | undefined> => translateMany(sides[which].opened(), sources, onDone),
    compareTexts: (
      first: readonly string[],
      second: readonly string[],
      references: readonly string[],
    ): ComparedTexts => comparedTexts(first, second, references),
    headsSide: (which: Which, asked: HeadsAsked): Promise<readonly ShownHeads[]> => sides[which].heads(asked),
    surveySide: (
      which: Which,
      asked: Parameters<(typeof sides)["first"]["survey"]>[0],
      onProgress: (done: number, total: number) => void,
    ): Promise<HeadScores> => sides[which].survey(asked, onProgress),
  };
}
