import { useSignal } from "@preact/signals";
import { searchTree, type TreeNode } from "../../pictures/search-tree.ts";
import { shownToken } from "../../pictures/tokens.ts";
import { show } from "../../state/store.ts";
import { text } from "../../text.ts";
import { decoded } from "./translation.ts";

const [STEP, ROW, WIDTH] = [112, 44, 96];

/** The kept hypotheses of every step, and what could have come next. Choosing a word decodes on from it. */
export function Tree() {
  const looked = useSignal<string | undefined>(undefined);
  const found = decoded.value;
  if (!found || found.trace.length === 0) return null;
  const nodes = searchTree(found);
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const at = (node: TreeNode) => ({ x: node.column * STEP, y: node.rank * ROW });
  const [columns, rows] = [found.trace.length, Math.max(...nodes.map(({ rank }) => rank)) + 1];
  const shown = byKey.get(looked.value ?? "") ?? nodes.findLast(({ isChosen }) => isChosen) ?? nodes[0];
  return (
    <section class="panel" aria-labelledby="tree">
      <h2 id="tree">{text.translate.tree}</h2>
      <p class="note">{text.translate.treeNote}</p>
      <div class="scroll">
        <svg
          class="tree"
          width={columns * STEP}
          height={rows * ROW + 8}
          role="group"
          aria-label={text.translate.tree}
        >
          {nodes.map((node) => {
            const parent = byKey.get(node.parent ?? "");
            if (!parent) return null;
            const [from, to] = [at(parent), at(node)];
            const [x, y] = [from.x + WIDTH, from.y + ROW / 2];
            const middle = (x + to.x) / 2;
            return (
              <path
                key={node.key}
                class={node.isChosen ? "edge chosen" : "edge"}
                d={`M ${x} ${y} C ${middle} ${y}, ${middle} ${to.y + ROW / 2}, ${to.x} ${to.y + ROW / 2}`}
              />
            );
          })}
          {nodes.map((node) => {
            const { x, y } = at(node);
            const label = node.token === "" ? "▷" : shownToken(node.token).text;
            return (
              <g
                key={node.key}
                class={`node${node.isChosen ? " chosen" : ""}${node === shown ? " looked" : ""}`}
                transform={`translate(${x} ${y})`}
                tabIndex={0}
                role="button"
                onClick={() => show({ forced: node.path })}
                onKeyDown={(event) => {
                  if (event.key === "Enter") show({ forced: node.path });
                }}
                onMouseEnter={() => {
                  looked.value = node.key;
                }}
                onFocus={() => {
                  looked.value = node.key;
                }}
              >
                <rect width={WIDTH} height={ROW - 10} y={5} rx={7} />
                <text x={8} y={ROW / 2} dominant-baseline="central">
                  {label.length > 9 ? `${label.slice(0, 8)}…` : label}
                </text>
                <text class="share" x={WIDTH - 8} y={ROW / 2} text-anchor="end" dominant-baseline="central">
                  {node.token === "" ? "" : `${Math.round(100 * node.probability)} %`}
                </text>
                <title>{`${label}: ${(100 * node.probability).toFixed(2)} %`}</title>
              </g>
            );
          })}
        </svg>
      </div>
      {shown && (
        <ul class="next">
          {shown.next.map(({ token, probability }) => (
            <li key={token}>
              <button type="button" onClick={() => show({ forced: [...shown.path, token] })}>
                {shownToken(token).text} <span class="share">{`${(100 * probability).toFixed(1)} %`}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
