import { heedError } from "../../errors.ts";
import type { TapPattern } from "../../nn/match-taps.ts";
import { splitTap } from "../../nn/match-taps.ts";
import type { Inspector } from "./inspector.ts";
import type { Intervention } from "./intervention.ts";

/**
 * Parts that a trained Transformer can be run without, its weights as they are (to train without one, see `ablations` of
 * heed/models):
 *
 * - scale       scores are not divided by sqrt(d_key)
 * - positions   no token has a position
 * - attention   weights are uniform over the visible keys
 * - diagonal    no position attends to itself (unless it sees nothing else)
 * - residuals   no skip connection around a sublayer
 * - norm        vectors are not normalised; gain and bias stay
 */
export const removable = ["scale", "positions", "attention", "diagonal", "residuals", "norm"] as const;
export type Removable = (typeof removable)[number];

/**
 * The interventions that run a model without a part, at every layer or at those of a `place` alone: `encoder.1`.
 *
 * @throws ERR_USAGE when the model, or that place of it, has no such part.
 */
export function without(look: Inspector, part: Removable, place = ""): Intervention[] {
  const paths = look.paths.filter((path) => place === "" || path.startsWith(`${place}.`));
  const interventions = makers[part](look, paths);
  if (interventions.length > 0) return interventions;
  const where = place === "" ? "the model" : place;
  throw heedError("ERR_USAGE", { where, cause: `has no ${part} that can be taken out` });
}

type Maker = (look: Inspector, paths: readonly string[]) => Intervention[];

const ending = (paths: readonly string[], name: string): TapPattern[] =>
  paths.filter((path) => splitTap(path)[1] === name) as TapPattern[];

/** Far below every score, yet far above what masks hide with. */
const HIDDEN = -1e6;

const makers: Readonly<Record<Removable, Maker>> = {
  scale: (look, paths) =>
    ending(paths, "products").flatMap((products): Intervention[] => {
      const [place] = splitTap(products);
      const dKey = look.shapeOf(`${place}.queries`).at(-1);
      return typeof dKey === "number" ? [{ at: `${place}.unmasked`, scale: Math.sqrt(dKey) }] : [];
    }),
  positions: (_, paths) => ending(paths, "positions").map((at) => ({ at, to: 0 })),
  attention: (_, paths) => ending(paths, "unmasked").map((at) => ({ at, to: 0 })),
  diagonal: (_, paths) =>
    ending(paths, "unmasked")
      .filter((path) => splitTap(path)[0].endsWith("attention"))
      .map((at) => ({ at, diagonal: true, to: HIDDEN, scale: 1 })),
  residuals: (_, paths) => ending(paths, "skipped").map((at) => ({ at, to: 0 })),
  norm: (_, paths) => [
    ...ending(paths, "mean").map((at): Intervention => ({ at, to: 0 })),
    ...ending(paths, "deviation").map((at): Intervention => ({ at, to: 1 })),
  ],
};
