import { signal } from "@preact/signals";
import type { TapPattern } from "heed/nn";
import { placesAsPattern } from "../../model/places.ts";
import type { Read } from "../../model/reading.ts";
import { shownToken } from "../../pictures/tokens.ts";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";
import { withRow, withWeight } from "./change-weight.ts";
import { best, force, readPlaces, rivalsAt } from "./translation.ts";

const words = text.translate;

/** Most numbers that are listed: more are slow to draw, and nobody reads them. */
const MOST = 40;

/** A weight that is being dragged. */
interface Held {
  readonly key: string;
  /** The row before: the other weights keep their shares of one another. */
  readonly row: readonly number[];
  readonly to: number;
  readonly isDragged: boolean;
  /** What was shown when it was moved last: until the model has answered, the weight stands where it was put. */
  readonly read: Read;
}
const held = signal<Held | undefined>(undefined);

interface LookedProps {
  readonly read: Read;
  /** The written token; -1 for none. */
  readonly place: number;
  /** Whether it is chosen, and not only pointed at: its weights can then be reached, and moved. */
  readonly isChosen: boolean;
  /** Which source tokens it is linked to. */
  readonly links: ReadonlySet<number>;
}

/** What the word that is looked at reads, in words and numbers; its weights can be changed. */
export function Looked({ read, place, isChosen, links }: LookedProps) {
  const row = read.numbers[place];
  if (!row)
    return (
      <p class="note empty" key="empty">
        {words.pointAtWord}
      </p>
    );
  const isWeights = view.value.evidence === "weights";
  const largest = row.reduce((most, number) => Math.max(most, Math.abs(number)), isWeights ? 1 : 1e-12);
  const probability = Math.exp(best.value?.logProbabilities[place] ?? 0);
  return (
    <>
      <h3>
        <bdi>{shownToken(read.rows[place] ?? "").text}</bdi>{" "}
        <span class="note">{words.writtenWith(place + 1, probability)}</span>
      </h3>
      <ul class="next" aria-label={words.insteadOf(shownToken(read.rows[place] ?? "").text)}>
        <li class="note">{words.instead}</li>
        {rivalsAt(place).map(({ token, logProbability }, i) => (
          <li key={i}>
            <button
              type="button"
              title={words.writeInstead(shownToken(token).text)}
              onClick={() => force(place, token)}
            >
              <bdi>{shownToken(token).text}</bdi>{" "}
              <span class="share">{words.percent(Math.exp(logProbability))}</span>
            </button>
          </li>
        ))}
      </ul>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long list is scrolled by keyboard */}
      <div class="list" tabIndex={0} role="group" aria-label={text.axes.columns}>
        <table>
          <thead>
            <tr>
              <th scope="col">{text.axes.columns}</th>
              <th scope="col">{words.evidences[view.value.evidence]}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {largestOf(row).map(({ number, column }, i) => (
              <tr
                // Rows are written over from word to word; a slider that is held stays what it is.
                key={isChosen ? `of ${column}` : i}
                class={shownToken(read.columns[column] ?? "").isSpecial ? "special" : undefined}
              >
                <th scope="row">
                  <bdi>{shownToken(read.columns[column] ?? "").text}</bdi>
                  {links.has(column) && (
                    <span class="linked" title={words.gold} aria-label={words.gold} role="img">
                      ◆
                    </span>
                  )}
                </th>
                <td class="bar">
                  {isWeights && !isChosen ? (
                    <span class="weight" style={{ "--share": number.toFixed(4) }} />
                  ) : isWeights ? (
                    <Weight read={read} place={place} column={column} />
                  ) : (
                    <span class="share" style={{ width: `${(100 * Math.abs(number)) / largest}%` }} />
                  )}
                </td>
                <td class="number">{number.toFixed(3)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {row.length > MOST && <p class="note">{words.largestOf(MOST, row.length)}</p>}
      <p class="note" key="hint">
        {!isWeights ? words.noDragHint : isChosen ? words.dragHint : words.chooseHint}
      </p>
    </>
  );
}

/** The numbers that are listed, with their columns: of a long text the largest, in its order. */
function largestOf(row: readonly number[]): { readonly number: number; readonly column: number }[] {
  const all = row.map((number, column) => ({ number, column }));
  if (all.length <= MOST) return all;
  const largest = all.toSorted((a, b) => Math.abs(b.number) - Math.abs(a.number)).slice(0, MOST);
  return largest.sort((a, b) => a.column - b.column);
}

interface WeightProps {
  readonly read: Read;
  readonly place: number;
  readonly column: number;
}

/** One weight: dragged, or moved by the arrow keys. The translation goes on from it. */
function Weight({ read, place, column }: WeightProps) {
  const row = read.numbers[place] ?? [];
  const key = `${read.where} ${place} ${column}`;
  const mine =
    held.value?.key === key && (held.value.isDragged || held.value.read === read) ? held.value : undefined;
  const set = (to: number): void => {
    const base = mine?.row ?? row;
    held.value = { key, row: base, to, isDragged: true, read };
    const { head, intervene } = view.peek();
    const at = `${placesAsPattern(readPlaces.value)}.weights` as TapPattern;
    const changed = withRow(
      intervene,
      { at, head: typeof head === "number" ? head : undefined, row: place + read.first },
      withWeight(base, column, to),
    );
    show({ intervene: changed, place });
  };
  const weight = mine?.to ?? row[column] ?? 0;
  return (
    <input
      type="range"
      min={0}
      max={1}
      step={0.01}
      value={weight}
      style={{ "--share": weight.toFixed(4) }}
      aria-label={words.weightOn(shownToken(read.columns[column] ?? "").text)}
      aria-valuetext={weight.toFixed(3)}
      onInput={(event) => set(Number(event.currentTarget.value))}
      onChange={() => {
        if (held.value) held.value = { ...held.value, isDragged: false };
      }}
    />
  );
}
