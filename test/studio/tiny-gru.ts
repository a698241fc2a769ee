import { join } from "node:path";
import { expect } from "vitest";
import { folder, heed, tsv } from "../cli/heed.ts";
import { openStudio, type Studio } from "./open-studio.ts";

const { path, write } = folder();
const gru = `data: { train: { pairs: ${write("pairs.tsv", tsv)} }, valid: { pairs: ${join(path, "pairs.tsv")} } }
tokenizer: { kind: word, vocab: 60 }
model: { kind: gru, layers: 1, dModel: 16, hidden: 16, attention: additive }
training: { batchTokens: 128, steps: 20, learningRate: 0.01, warmup: 5, schedule: constant, average: 0 }
`;

/** The run that `openStudioWithGru` trains. */
export const gruFolder = join(path, "gru");

/** The studio with a recurrent run of seconds, named "gru", beside the models that come with it. */
export async function openStudioWithGru(): Promise<Studio> {
  const trained = await heed(["train", write("gru.yaml", gru), "--run", gruFolder]);
  expect(trained.status, trained.stderr).toBe(0);
  return openStudio(new Map([["gru", gruFolder]]));
}
