import { heedError } from "../errors.ts";
import { corpusBleu } from "../evaluation/bleu.ts";
import { corpusChrf } from "../evaluation/chrf.ts";
import type { References } from "../evaluation/counts.ts";
import { exactMatch } from "../evaluation/exact-match.ts";
import type { Io } from "./io.ts";

interface Score {
  readonly score: number;
  readonly signature: string;
}

export interface TextScores {
  readonly sentences: number;
  readonly bleu?: Score;
  readonly chrf?: Score;
  /** Percentage of sentences that equal a reference. */
  readonly exact?: number;
}

const metricNames = ["bleu", "chrf", "exact"];

/** The metrics named in a comma-separated list. @throws ERR_USAGE for an unknown one. */
export function scoreText(
  hypotheses: readonly string[],
  references: readonly References[],
  metrics: string,
): TextScores {
  const names = metrics.split(",").map((name) => name.trim());
  for (const name of names) {
    if (metricNames.includes(name)) continue;
    throw heedError("ERR_USAGE", {
      where: "--metrics",
      cause: `"${name}" is not a metric`,
      remedy: `choose ${metricNames.join(", ")}`,
    });
  }
  const only = ({ score, signature }: Score): Score => ({ score, signature });
  return {
    sentences: hypotheses.length,
    ...(names.includes("bleu") ? { bleu: only(corpusBleu(hypotheses, references)) } : {}),
    ...(names.includes("chrf") ? { chrf: only(corpusChrf(hypotheses, references)) } : {}),
    ...(names.includes("exact") ? { exact: exactMatch(hypotheses, references) } : {}),
  };
}

export async function writeScores(
  scores: TextScores & { seconds: number },
  json: boolean,
  io: Io,
): Promise<void> {
  if (json) {
    await io.writeLine(JSON.stringify(scores));
    return;
  }
  if (scores.bleu) await io.writeLine(`BLEU ${scores.bleu.score.toFixed(2)}  ${scores.bleu.signature}`);
  if (scores.chrf) await io.writeLine(`chrF ${scores.chrf.score.toFixed(2)}  ${scores.chrf.signature}`);
  if (scores.exact !== undefined) await io.writeLine(`exact ${scores.exact.toFixed(2)} %`);
}
