import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Caption } from "../../caption.tsx";
import type { Sight } from "../../model/watch.ts";
import { foundLinks } from "../../pictures/found-links.ts";
import { pageColour } from "../../pictures/heat.ts";
import { inksOfPage } from "../../pictures/inks.ts";
import { matrixDrawing, weightCells } from "../../pictures/matrix-drawing.ts";
import { text } from "../../text.ts";
import { HeadHeat, Matrix } from "./matrix.tsx";
import { isText, lookedAt, opened, shown, shownIndex, snapshots } from "./training.ts";

const words = text.train;

/** What the model made of some sentences after some updates: translations, and what each word was written from. */
export function Sights() {
  const chosen = useSignal(0);
  const sight = shown.value?.sights[chosen.value];
  return (
    <section class="panel sights" aria-labelledby="sights">
      <h2 id="sights">{isText.value ? words.watchedTexts : words.watched}</h2>
      <Scrubber />
      <div class="columns">
        <ol class="watched">
          {opened.value?.watched.map(({ source, reference }, i) => (
            <li key={source}>
              <button
                type="button"
                class="sentence"
                aria-pressed={chosen.value === i}
                onClick={() => {
                  chosen.value = i;
                }}
              >
                <span class="source">{source}</span>
                <span class="written">{shown.value?.sights[i]?.translation || "…"}</span>
                <span class="reference">{besides(reference, shown.value?.sights[i]?.translation)}</span>
              </button>
            </li>
          ))}
        </ol>
        {sight && <Attention sight={sight} isReference={hasReference(chosen.value)} />}
      </div>
    </section>
  );
}

/** What is known of how it should be. */
function besides(reference: string | undefined, written: string | undefined): string {
  if (reference === undefined) return isText.value ? words.noContinuation : words.noReference;
  if (isText.value) return `${words.continuation} ${reference}`;
  return reference === written ? words.asReference : `${words.reference} ${reference}`;
}

const hasReference = (i: number): boolean => opened.value?.watched[i]?.reference !== undefined;

/** Goes back over the snapshots. */
function Scrubber() {
  const timer = useSignal<ReturnType<typeof setInterval> | undefined>(undefined);
  const last = snapshots.value.length - 1;
  const stop = (): void => {
    clearInterval(timer.peek());
    timer.value = undefined;
  };
  useEffect(() => stop, []);
  const play = (): void => {
    if (timer.peek() !== undefined) {
      stop();
      return;
    }
    lookedAt.value = 0;
    timer.value = setInterval(() => {
      const next = (lookedAt.peek() ?? 0) + 1;
      if (next < snapshots.peek().length) lookedAt.value = next;
      else {
        lookedAt.value = undefined;
        stop();
      }
    }, 160);
  };
  return (
    <div class="scrubber">
      <button type="button" disabled={last < 1} onClick={play}>
        {timer.value === undefined ? words.play : words.stop}
      </button>
      <input
        type="range"
        min={0}
        max={Math.max(0, last)}
        value={shownIndex.value}
        aria-label={words.scrub}
        aria-valuetext={words.afterUpdates(shown.value?.step ?? 0)}
        onInput={(event) => {
          const index = Number(event.currentTarget.value);
          lookedAt.value = index >= last ? undefined : index;
        }}
      />
      <output>{words.afterUpdates(shown.value?.step ?? 0)}</output>
    </div>
  );
}

/** The attention over the source: of a head, with all heads to choose from. */
function Attention({ sight, isReference }: { readonly sight: Sight; readonly isReference: boolean }) {
  /** A head, or the mean of all. */
  const picked = useSignal<number | "mean" | undefined>(undefined);
  const { heads, columns, rows, gold } = sight;
  if (heads.length === 0)
    return <p class="attention note">{isText.value ? words.noTextHeads : words.noHeads}</p>;
  const head = picked.value ?? (heads.length === 1 ? 0 : bestHead(snapshots.value.at(-1)?.sights ?? []));
  const weights = head === "mean" ? meanOf(heads) : (heads[head]?.weights ?? meanOf(heads));
  const share = foundLinks(weights, columns.length, gold);
  return (
    <div class="attention">
      <h3>{head === "mean" ? words.meanHead : heads[head]?.name}</h3>
      <p class="note">
        {isText.value ? words.givenText : isReference ? words.givenReference : words.givenTranslation}{" "}
        {share !== undefined && words.found(share)}
      </p>
      <Matrix
        label={isText.value ? words.textAttention : words.attention}
        rowsAre={isText.value ? text.heads.axes.reads : text.axes.rows}
        rows={rows}
        columns={columns}
        weights={weights}
        gold={gold}
      />
      <Caption
        about={words.attentionAbout(
          (head === "mean" ? words.meanHead : heads[head]?.name) ?? "",
          words.afterUpdates(shown.value?.step ?? 0),
        )}
        picture={() => {
          const bitmap = weightCells(
            [{ data: weights, rows: rows.length, columns: columns.length }],
            [pageColour("--weight")],
          );
          return matrixDrawing({ rows, columns, axes: text.axes, bitmap, links: gold }, inksOfPage());
        }}
        name="forming"
        numbers={{ rows, columns, axes: text.axes, at: (i, j) => weights[i * columns.length + j] ?? 0 }}
      />
      {heads.length > 1 && (
        <div class="heads" role="group" aria-label={isText.value ? words.chooseTextHead : words.chooseHead}>
          {(["mean", ...heads.keys()] as const).map((each) => (
            <button
              type="button"
              key={each}
              class="thumbnail"
              title={each === "mean" ? words.meanHead : heads[each]?.name}
              aria-pressed={each === head}
              onClick={() => {
                picked.value = each;
              }}
            >
              <HeadHeat
                weights={each === "mean" ? meanOf(heads) : (heads[each]?.weights ?? [])}
                rows={rows.length}
                columns={columns.length}
              />
              <span>
                {each === "mean" ? words.mean : heads[each]?.name.replace(/layer (\d+), head /, "$1.")}
              </span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function meanOf(heads: Sight["heads"]): Float32Array {
  const [first] = heads;
  return Float32Array.from(first?.weights ?? [], (_, i) =>
    heads.reduce((sum, { weights }) => sum + (weights[i] ?? 0) / heads.length, 0),
  );
}

/** The head that finds most links by now; the mean of all where no link is known. */
function bestHead(sights: readonly Sight[]): number | "mean" {
  const linked = sights.filter(({ gold }) => gold.length > 0);
  if (linked.length === 0) return "mean";
  const found = (linked[0]?.heads ?? []).map((_, head) =>
    linked.reduce((sum, { heads, columns, gold }) => {
      return sum + (foundLinks(heads[head]?.weights ?? [], columns.length, gold) ?? 0);
    }, 0),
  );
  return found.indexOf(Math.max(...found));
}
