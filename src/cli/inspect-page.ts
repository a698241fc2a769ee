import { evidenceNames } from "../inspect/evidence/kinds.ts";
import { type EvidenceKind, evidence, seesBack, spearman } from "../inspect/evidence.ts";
import type { Inspector } from "../inspect/inspector.ts";
import type { Look, NamedTensor } from "../inspect/look.ts";
import { type Matrix, meanMatrix } from "../inspect/matrix.ts";
import { attentionPage, type ShownAttention } from "../pictures/attention-page.ts";
import type { OpenedRun } from "../runs/open-run.ts";
import type { InspectOptions, ShownExample } from "./inspected.ts";
import { crossOf, headsOf, isWeights, labelsOf, readsOf, saidOf } from "./inspected.ts";

function shownWeights(tensor: NamedTensor): ShownAttention {
  const heads = headsOf(tensor);
  const perHead = heads.map((weights, i) => ({ caption: `head ${i + 1}`, weights }));
  const mean =
    heads.length > 1 ? [{ caption: `mean of ${heads.length} heads`, weights: meanMatrix(heads) }] : [];
  const isWritten = tensor.axes[2]?.tokens?.writes !== undefined;
  return {
    title: titleOf(tensor.path.slice(0, -".weights".length)),
    note: `${tensor.path}. Down: the token that ${isWritten ? "is written" : "reads"}; across: the tokens it reads from. Each row sums to 1; ▁ begins a word.`,
    rows: labelsOf(tensor, 2),
    columns: readsOf(tensor, 3),
    pictures: [...mean, ...perHead],
  };
}

/** "decoder.1.cross" -> "Decoder layer 2: cross-attention" */
function titleOf(place: string): string {
  const [, part = "", layer, last = ""] = /^(.*?)\.?(?:layers\.)?(\d+)?\.?([a-z]+)$/i.exec(place) ?? [];
  const kind = last === "cross" ? "cross-attention" : last === "attention" ? "self-attention" : last;
  const name = part === "" || part === "layers" ? "" : `${part[0]?.toUpperCase()}${part.slice(1)} `;
  const where = layer === undefined ? name.trimEnd() : `${name}layer ${Number(layer) + 1}`;
  return where === "" ? kind : `${where[0]?.toUpperCase()}${where.slice(1)}: ${kind}`;
}

/** The gates of each cell: how far they are open, on average over the state, at every token. */
function shownGates(tensors: readonly NamedTensor[]): ShownAttention[] {
  const cells = new Map<string, NamedTensor[]>();
  for (const tensor of tensors.filter((one) => !isWeights(one))) {
    const cell = tensor.path.slice(0, tensor.path.lastIndexOf("."));
    cells.set(cell, [...(cells.get(cell) ?? []), tensor]);
  }
  return [...cells].map(([cell, gates]) => ({
    title: titleOf(cell),
    note: `${cell}. How far the gates are open at each token, from 0 to 1, on average over the state.`,
    rows: gates.map(({ path }) => path.slice(path.lastIndexOf(".") + 1)),
    columns: readsOf(gates[0] as NamedTensor, 1),
    pictures: [{ caption: `${gates[0]?.axes[2]?.size} units`, weights: gates.map(meanPerStep) }],
  }));
}

function meanPerStep({ axes, data }: NamedTensor): number[] {
  const [steps, size] = [axes[1]?.size ?? 0, axes[2]?.size ?? 1];
  return Array.from({ length: steps }, (_, step) => {
    const units = data.subarray(step * size, (step + 1) * size);
    return units.reduce((sum, unit) => sum + unit, 0) / size;
  });
}

interface Paged {
  readonly run: OpenedRun;
  readonly look: Inspector;
  readonly seen: Look;
  readonly example: ShownExample;
  readonly kinds: readonly EvidenceKind[];
  readonly options: InspectOptions;
}

export async function asPage({ run, look, seen, example, kinds, options }: Paged): Promise<string> {
  const tensors = [...seen.taps.values()];
  const shown = [...tensors.filter(isWeights).map(shownWeights), ...shownGates(tensors)];
  const { source, target } = example.given;
  const facts: (readonly [string, string])[] = [["Text", source]];
  if (target !== undefined) facts.push([example.isOwn ? "The model's own translation" : "Given", target]);
  return attentionPage({
    title: `Inside ${options.run}`,
    subtitle: `Every head of every layer of ${run.config.model.kind === "transformer" ? "a Transformer" : run.config.model.kind.toUpperCase()}`,
    facts,
    attentions: [
      ...(await shownEvidence({ look, seen, example, kinds, options, run })),
      ...shown.toReversed(),
    ],
    said: saidOf(seen),
  });
}

async function shownEvidence({ look, seen, example, kinds, options }: Paged): Promise<ShownAttention[]> {
  if (kinds.length === 0) return [];
  const tensor = crossOf(seen, options.layer);
  const place = tensor.path.slice(0, -".weights".length);
  const asked = { place, ...(options.head === undefined ? {} : { head: options.head - 1 }) };
  const isCausal = tensor.axes[2]?.tokens?.writes !== undefined && !place.endsWith(".cross");
  const truth = await evidence(look, example.given, "leaveOneOut", asked);
  const pictures = [];
  for (const kind of kinds) {
    const matrix = kind === "leaveOneOut" ? truth : await evidence(look, example.given, kind, asked);
    const rho = spearman(matrix, truth, isCausal ? seesBack : undefined);
    // A single number, or all alike, have no correlation.
    const agreement = kind === "leaveOneOut" || Number.isNaN(rho) ? "" : `, ρ = ${rho.toFixed(2)}`;
    pictures.push({ caption: `${evidenceNames[kind].caption}${agreement}`, weights: scaled(matrix) });
  }
  return [
    {
      title: "Evidence",
      note: `What each token across counts for at the token down, at ${place}, ${options.head ? `head ${options.head}` : "mean of its heads"}; the largest of each picture in full colour, what is below 0 blank. ρ is Spearman's correlation with leaving tokens out.`,
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
