import { type Signal, useSignal } from "@preact/signals";
import { Caption } from "../../caption.tsx";
import type { Read } from "../../model/reading.ts";
import { wordsOf } from "../../pictures/tokens.ts";
import { useRoom } from "../../room.ts";
import { useSight } from "../../sight.ts";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";
import { Bipartite, lookedAt } from "./bipartite.tsx";
import { Controls } from "./controls.tsx";
import { Looked } from "./looked.tsx";
import { best, known, looked, reading } from "./translation.ts";

const words = text.translate;
const NONE: readonly (readonly [number, number])[] = [];

/** How much of what was read went into what was written: a picture, and the numbers of one word beside it. */
export function Reading() {
  return reading.value ? <Shown read={reading.value} /> : null;
}

function Shown({ read }: { readonly read: Read }) {
  const pointed = useSignal(-1);
  const { place: picture, room } = useRoom();
  const { sight, onScroll, whole } = useSight(room);
  const chosen = looked.value ?? -1;
  const pair = known.value?.target === best.value?.text ? known.value : undefined;
  const links = pair?.links ?? NONE;
  return (
    <section class="panel" aria-labelledby="reading">
      <h2 id="reading">{words.reading}</h2>
      <p class="note">{words.readingNote}</p>
      <Controls />
      <div class="reading">
        <figure>
          <div class="scroll" ref={picture} onScroll={onScroll}>
            {room > 0 && (
              <Bipartite
                columns={read.columns}
                rows={read.rows}
                numbers={read.numbers}
                links={links}
                chosen={chosen}
                pointed={pointed}
                room={room}
                sight={sight}
                onChoose={(next) => show({ place: next === chosen ? -1 : next, rival: "" })}
              />
            )}
          </div>
          <figcaption class="below">
            <Caption
              about={words.about(
                words.evidences[view.value.evidence],
                read.where,
                words.rows[view.value.row],
              )}
              picture={picture}
              whole={whole}
              name="reading"
              numbers={{
                rows: read.rows,
                columns: read.columns,
                axes: text.axes,
                at: (row, column) => read.numbers[row]?.[column] ?? 0,
                row: () => lookedAt(pointed.value, chosen, read.rows.length),
              }}
            >
              {links.length > 0 && <span class="legend">{words.gold}</span>}
            </Caption>
          </figcaption>
        </figure>
        <aside class="looked" aria-live="off">
          <Beside read={read} pointed={pointed} chosen={chosen} links={links} />
        </aside>
      </div>
    </section>
  );
}

interface BesideProps {
  readonly read: Read;
  readonly pointed: Signal<number>;
  readonly chosen: number;
  readonly links: readonly (readonly [number, number])[];
}

/** What is beside the picture: of all that stands there, it alone is drawn again when one points at a word. */
function Beside({ read, pointed, chosen, links }: BesideProps) {
  const place = lookedAt(pointed.value, chosen, read.rows.length);
  const linked = linkedTo(place, read.columns, read.rows, links);
  return <Looked read={read} place={place} isChosen={place === chosen} links={linked} />;
}

/** The read tokens that a written token is linked to, by the words of both. */
function linkedTo(
  place: number,
  columns: readonly string[],
  rows: readonly string[],
  links: readonly (readonly [number, number])[],
): Set<number> {
  if (links.length === 0) return new Set();
  const written = wordsOf(rows).find(({ from, to }) => from <= place && place < to)?.number;
  const read = new Set(links.flatMap(([from, to]) => (to === written ? [from] : [])));
  return new Set(
    wordsOf(columns).flatMap(({ from, to, number }) =>
      number !== undefined && read.has(number) ? Array.from({ length: to - from }, (_, i) => from + i) : [],
    ),
  );
}
