import { type FlatConfig, flatten } from "../config/flat.ts";
import type { Config } from "../config/schema.ts";
import { heedError } from "../errors.ts";

/** What a resumed run must agree on with the run it continues. Objects are JSON. */
export interface Fingerprint {
  readonly seed: number;
  readonly batchTokens: number;
  readonly accumulate: number;
  readonly trainCorpus: string;
  /** What is taken of the corpus: lengths, windows, duplicates. */
  readonly data: string;
  readonly model: string;
  /** Not in checkpoints of before these were compared. */
  readonly task?: string;
  readonly tokenizer?: string;
  readonly optimizer?: string;
}

/** What the weights and moments of a run were made for: no resumed run may have another. Of the model, all but dropout. */
const FIXED = /^(task|tokenizer\b.*|optimizer|model\.(?!dropout$|attentionDropout$).*)$/;

export function fingerprintOf(
  { seed, task, data, tokenizer, model, training }: Config,
  corpus: string,
): Fingerprint {
  const { batchTokens, accumulate, optimizer } = training;
  const { train: _, valid: __, ...taken } = data;
  return {
    ...{ seed, batchTokens, accumulate, trainCorpus: corpus },
    data: JSON.stringify(taken),
    model: JSON.stringify(model),
    ...{ task, tokenizer: JSON.stringify(tokenizer), optimizer },
  };
}

/** A fingerprint by the paths of its keys. */
const flatFingerprint = ({ data, model, tokenizer, ...others }: Fingerprint): FlatConfig =>
  flatten({
    ...others,
    ...{ data: JSON.parse(data), model: JSON.parse(model) },
    ...(tokenizer === undefined ? {} : { tokenizer: JSON.parse(tokenizer) }),
  });

/** @throws ERR_CONFIG listing what differs and must not, or may only when that was allowed. */
export function changesSince(
  before: Fingerprint,
  now: Fingerprint,
  where: string,
  allowed = false,
): string[] {
  const [was, is] = [flatFingerprint(before), flatFingerprint(now)];
  const paths = [...new Set([...was.keys(), ...is.keys()])].filter((path) => was.get(path) !== is.get(path));
  // What older checkpoints do not say.
  const known = paths.filter((path) => before[path.split(".")[0] as keyof Fingerprint] !== undefined);
  const shown = (path: string): string =>
    `${path} was ${was.get(path) ?? "unset"} and is ${is.get(path) ?? "unset"}`;
  const changes = known.map(shown);
  const fixed = known.filter((path) => FIXED.test(path));
  if (fixed.length > 0) {
    const remedy = "its weights were made for that; train the other one in another --run";
    throw heedError("ERR_CONFIG", {
      where,
      cause: `the run differs: ${fixed.map(shown).join(", ")}`,
      remedy,
    });
  }
  if (changes.length > 0 && !allowed) {
    const remedy = "resume with the same configuration and corpus, or add --allow-change";
    throw heedError("ERR_CONFIG", { where, cause: `the run differs: ${changes.join(", ")}`, remedy });
  }
  return changes;
}
