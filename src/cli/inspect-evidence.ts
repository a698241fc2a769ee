import { type EvidenceKind, evidence, seesBack, spearman } from "../inspect/evidence/evidence.ts";
import { evidenceNames } from "../inspect/evidence/kinds.ts";
import type { Inspector } from "../inspect/looking/inspector.ts";
import type { NamedTensor } from "../inspect/looking/look.ts";
import type { Example } from "../inspect/looking/subject.ts";
import type { Matrix } from "../inspect/matrix.ts";
import type { ShownMatrices } from "../pictures/sections/matrices.ts";
import { labelsOf, placeOf, readsOf } from "./inspected.ts";

export interface ShownEvidence {
  readonly look: Inspector;
  readonly example: Example;
  readonly kinds: readonly EvidenceKind[];
  /** The weights of the attention that is judged. */
  readonly tensor: NamedTensor;
  /** A head of it, from 0; undefined for the mean. */
  readonly head: number | undefined;
}

/** Each kind of evidence as a matrix, with its rank correlation with leaving tokens out. */
export async function shownEvidence({
  look,
  example,
  kinds,
  tensor,
  head,
}: ShownEvidence): Promise<ShownMatrices[]> {
  if (kinds.length === 0) return [];
  const place = placeOf(tensor);
  const asked = { place, ...(head === undefined ? {} : { head }) };
  const isCausal = tensor.axes[2]?.tokens?.writes !== undefined && !place.endsWith(".cross");
  const truth = await evidence(look, example, "leaveOneOut", asked);
  const pictures = [];
  for (const kind of kinds) {
    const matrix = kind === "leaveOneOut" ? truth : await evidence(look, example, kind, asked);
    const rho = spearman(matrix, truth, isCausal ? seesBack : undefined);
    // A single number, or all alike, have no correlation.
    const agreement = kind === "leaveOneOut" || Number.isNaN(rho) ? "" : `, ρ = ${rho.toFixed(2)}`;
    pictures.push({ caption: `${evidenceNames[kind].caption}${agreement}`, weights: scaled(matrix) });
  }
  return [
    {
      title: "Evidence",
      note: `What each token across counts for at the token down, at ${place}, ${head === undefined ? "mean of its heads" : `head ${head + 1}`}; the largest of each picture in full colour, what is below 0 blank. ρ is Spearman's correlation with leaving tokens out.`,
      rows: labelsOf(tensor, 2),
      columns: readsOf(tensor, 3),
      pictures,
    },
  ];
}

function scaled(matrix: Matrix): number[][] {
  const largest = matrix.flat().reduce((most, value) => Math.max(most, value), 1e-12);
  return matrix.map((row) => row.map((value) => Math.max(0, value) / largest));
}
