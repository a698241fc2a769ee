/** The search as a tree: a column for each step, a node for each hypothesis that was kept. */
import type { DecodedOn } from "heed/inspect";

export interface TreeNode {
  /** Step and index among its hypotheses. */
  readonly key: string;
  readonly token: string;
  readonly column: number;
  readonly rank: number;
  readonly parent: string | undefined;
  /** The pieces from the beginning to this node. */
  readonly path: readonly string[];
  /** Probability of the token, given those before. */
  readonly probability: number;
  /** Whether the translation that was chosen goes through it. */
  readonly isChosen: boolean;
  readonly next: readonly { readonly token: string; readonly probability: number }[];
}

/** The nodes of a search. The first step has one without a token: the beginning. */
export function searchTree({ trace, hypotheses }: Pick<DecodedOn, "trace" | "hypotheses">): TreeNode[] {
  const best = hypotheses[0]?.tokens ?? [];
  const nodes: TreeNode[] = [];
  const byKey = new Map<string, TreeNode>();
  for (const [column, step] of trace.entries()) {
    for (const [rank, { parent, written, next }] of step.hypotheses.entries()) {
      const before = parent === undefined ? undefined : byKey.get(`${column - 1}-${parent}`);
      const path = written ? [...(before?.path ?? []), written.token] : [];
      const node: TreeNode = {
        key: `${column}-${rank}`,
        token: written?.token ?? "",
        column,
        rank,
        parent: before?.key,
        path,
        probability: Math.exp(written?.logProbability ?? 0),
        isChosen: path.every((token, i) => token === best[i]),
        next: next.map(({ token, logProbability }) => ({ token, probability: Math.exp(logProbability) })),
      };
      nodes.push(node);
      byKey.set(node.key, node);
    }
  }
  return nodes;
}
