import { type Signal, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { Caption } from "../../caption.tsx";
import type { TreeNode } from "../../pictures/search-tree.ts";
import { textWidth } from "../../pictures/text-width.ts";
import { shownToken } from "../../pictures/tokens.ts";
import { useRoom } from "../../room.ts";
import { isSeen, type Sight, useSight } from "../../sight.ts";
import { show } from "../../state/store.ts";
import { text } from "../../text.ts";
import { tree } from "./translation.ts";

const [FONT, SMALL] = ["14px system-ui, sans-serif", "12px system-ui, sans-serif"];
const words = text.translate;
const [STEP, ROW, WIDTH] = [124, 44, 108];

/** The kept hypotheses of every step, and what could have come next. Choosing a word decodes on from it. */
export function Tree() {
  const looked = useSignal<string | undefined>(undefined);
  const { place: picture, room } = useRoom();
  const { sight, onScroll, whole } = useSight(room);
  const nodes = tree.value;
  const drawn = useMemo(() => drawnTree(nodes, looked, sight), [nodes, sight.from, sight.to]);
  if (nodes.length === 0) return null;
  const { width, height, still } = drawn;
  const shown = nodes.find(({ key }) => key === looked.value) ?? nodes.findLast(({ isChosen }) => isChosen);
  return (
    <section class="panel" aria-labelledby="tree">
      <h2 id="tree">{words.tree}</h2>
      <p class="note">{words.treeNote}</p>
      <div class="scroll" ref={picture} onScroll={onScroll}>
        <svg
          class="tree"
          width={width}
          height={height}
          viewBox={`-1 0 ${width} ${height}`}
          role="group"
          aria-label={words.tree}
        >
          {still}
          {shown && <rect class="looked" {...boxAt(shown)} rx={7} />}
        </svg>
      </div>
      {shown && (
        <>
          <p class="note">{words.nextTokens(textOf(shown.path))}</p>
          <ul class="next">
            {shown.next.map(({ token, probability }) => (
              <li key={token}>
                <button
                  type="button"
                  onClick={() => show({ forced: [...shown.path, token], place: shown.path.length })}
                >
                  <bdi>{shownToken(token).text}</bdi> <span class="share">{words.percent(probability)}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <Caption
        about={words.treeAbout}
        picture={picture}
        whole={whole}
        name="search"
        rows={() => [
          ["step", "rank", "beginning", "token", "probability", "chosen"],
          ...nodes.map((node) => [
            node.column,
            node.rank + 1,
            textOf(node.path.slice(0, -1)),
            node.token,
            node.probability,
            node.isChosen ? 1 : 0,
          ]),
        ]}
      />
    </section>
  );
}

const at = ({ column, rank }: TreeNode) => ({ x: column * STEP, y: rank * ROW });
const boxAt = (node: TreeNode) => ({ ...at(node), y: node.rank * ROW + 5, width: WIDTH, height: ROW - 10 });
const textOf = (path: readonly string[]): string => path.join("").replaceAll("▁", " ").trim() || "▷";

/** All that does not move, as far as it can be seen: edges, nodes and what is written in them. */
function drawnTree(nodes: readonly TreeNode[], looked: Signal<string | undefined>, sight: Sight) {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const columns = (nodes.at(-1)?.column ?? 0) + 1;
  const seen = nodes.filter((node) => isSeen(sight, at(node).x - STEP, at(node).x + STEP));
  const rows = nodes.reduce((most, { rank }) => Math.max(most, rank + 1), 1);
  const still = (
    <>
      {seen.map((node) => {
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
      {seen.map((node) => (
        <Node key={node.key} node={node} looked={looked} />
      ))}
    </>
  );
  return { width: columns * STEP - (STEP - WIDTH) + 2, height: rows * ROW, still };
}

/** As much of a text as there is room for. */
function fitted(full: string, room: number): string {
  let letters = [...full];
  while (letters.length > 1 && textWidth(`${letters.join("")}…`, FONT) > room) letters = letters.slice(0, -1);
  return letters.join("") === full || textWidth(full, FONT) <= room ? full : `${letters.join("")}…`;
}

/** Steps and ranks to go. */
const arrows: Readonly<Record<string, readonly [columns: number, ranks: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Goes to a node's neighbour, if there is one. */
function goTo(event: KeyboardEvent, { column, rank }: TreeNode, [columns, ranks]: readonly [number, number]) {
  event.preventDefault();
  const key = `${column + columns}-${rank + ranks}`;
  const picture = (event.currentTarget as Element).closest("svg");
  picture?.querySelector<SVGElement>(`[data-key="${key}"]`)?.focus();
}

interface NodeProps {
  readonly node: TreeNode;
  readonly looked: Signal<string | undefined>;
}

function Node({ node, looked }: NodeProps) {
  const { x, y } = at(node);
  const { text: full, isSpecial } =
    node.token === "" ? { text: "▷", isSpecial: true } : shownToken(node.token);
  const share = node.token === "" ? "" : `${Math.round(100 * node.probability)} %`;
  const label = fitted(full, WIDTH - 20 - textWidth(share, SMALL));
  const look = (): void => {
    looked.value = node.key;
  };
  const choose = (): void => show({ forced: node.path, place: node.path.length - 1 });
  return (
    <g
      class={`node${node.isChosen ? " chosen" : ""}${isSpecial ? " special" : ""}`}
      transform={`translate(${x} ${y})`}
    >
      <rect width={WIDTH} height={ROW - 10} y={5} rx={7} />
      <text x={8} y={ROW / 2} dominant-baseline="central">
        {label}
      </text>
      <text class="share" x={WIDTH - 8} y={ROW / 2} text-anchor="end" dominant-baseline="central">
        {share}
      </text>
      <rect
        class="target"
        width={WIDTH}
        height={ROW - 10}
        y={5}
        rx={7}
        data-key={node.key}
        tabindex={node.isChosen ? 0 : -1}
        role="button"
        aria-label={`${full} ${words.percent(node.probability)}`}
        onClick={choose}
        onKeyDown={(event) => {
          if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            choose();
          }
          if (event.key in arrows) goTo(event, node, arrows[event.key] as readonly [number, number]);
        }}
        onMouseEnter={look}
        onFocus={look}
      />
    </g>
  );
}
