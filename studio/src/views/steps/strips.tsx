import type { Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { largestOf, strength } from "../../pictures/signed-heat.ts";
import { shownToken } from "../../pictures/tokens.ts";
import { show } from "../../state/store.ts";
import { text } from "../../text.ts";
import { Maths } from "./maths.tsx";
import { folded, shown } from "./numbers.ts";
import { at, type Counted, rowOf, type Sheet } from "./sheet.ts";
import type { Station } from "./station.ts";
import { jump, trail, walked } from "./walking.ts";

const words = text.steps;
/** Components, and tokens, that are shown before the rest is asked for. */
export const FIRST = 8;
export const TOKENS = 24;

/** The token at a place of an axis that counts tokens. */
export function tokenAt(counted: Counted, index: number): string | undefined {
  const walk = walked.value;
  const tokens = counted === "query" ? walk?.rows.reads : counted === "key" ? walk?.columns : undefined;
  const token = tokens?.[index];
  return token === undefined ? undefined : shownToken(token).text;
}

/** The chosen row and those that it was computed from, number by number. */
export function Strips({ station, open }: { readonly station: Station; readonly open: Signal<boolean> }) {
  const { inputs, output, row, column } = station;
  const long = [output, ...inputs.map(({ sheet }) => sheet)].filter(
    ({ columns, columnsAre }) => columns > (columnsAre === "component" ? FIRST : TOKENS),
  );
  const hidden = Math.max(
    0,
    ...long.map(({ columns, columnsAre }) => columns - (columnsAre === "component" ? FIRST : TOKENS)),
  );
  const strips = useRef<HTMLDivElement>(null);
  // A number that one came from is gone: the one that it led to is gone on from, by keyboard too.
  useEffect(() => {
    if (document.activeElement === document.body && trail.peek().length > 0)
      strips.current?.querySelector<HTMLElement>(".output .chosen")?.focus({ preventScroll: true });
  }, [station.name]);
  return (
    <div class="strips" key={station.name} ref={strips}>
      {inputs.map((strip) => (
        <Row
          key={strip.sheet.path}
          {...strip}
          chosen={strip.sheet.columnsAre === output.columnsAre ? column : -1}
          open={open.value}
          isOutput={false}
        />
      ))}
      <Row sheet={output} row={row} chosen={column} open={open.value} isOutput />
      {hidden > 0 && (
        <button
          type="button"
          class="fold"
          aria-expanded={open.value}
          onClick={() => {
            open.value = !open.value;
          }}
        >
          {open.value ? words.fewer : words.more(hidden)}
        </button>
      )}
    </div>
  );
}

interface RowProps {
  readonly sheet: Sheet;
  readonly row: number;
  readonly chosen: number;
  readonly open: boolean;
  readonly isOutput: boolean;
}

function Row({ sheet, row, chosen, open, isOutput }: RowProps) {
  const { columns, columnsAre, rowsAre, letter } = sheet;
  const places = folded(columns, open ? columns : columnsAre === "component" ? FIRST : TOKENS, chosen);
  const largest = largestOf(rowOf(sheet, row));
  const token = tokenAt(rowsAre, row);
  return (
    <div
      class={isOutput ? "strip output" : "strip"}
      role="group"
      aria-label={`${letter} ${row + 1} ${token ?? ""}`}
    >
      <div class="strip-name">
        <Maths of={rowsAre === "one" ? letter : `${letter}_{${row + 1}}`} />
        <span class="of">{token}</span>
      </div>
      <div class="cells">
        {places.map((column, i) => (
          <Cell
            key={column}
            sheet={sheet}
            row={row}
            column={column}
            isChosen={column === chosen}
            isOutput={isOutput}
            isApart={i > 0 && column !== (places[i - 1] ?? 0) + 1}
            strength={sheet.station === "tokens" ? 0 : strength(at(sheet, row, column), largest)}
          />
        ))}
      </div>
    </div>
  );
}

interface CellProps {
  readonly sheet: Sheet;
  readonly row: number;
  readonly column: number;
  readonly isChosen: boolean;
  readonly isOutput: boolean;
  /** Whether places before it are folded away. */
  readonly isApart: boolean;
  readonly strength: number;
}

function Cell({ sheet, row, column, isChosen, isOutput, isApart, strength }: CellProps) {
  const { columnsAre, rowsAre, station } = sheet;
  const value = at(sheet, row, column);
  const token = tokenAt(columnsAre, column);
  const number = station === "tokens" ? String(value) : shown(value);
  const tint = `color-mix(in srgb, var(${value < 0 ? "--gold" : "--weight"}) ${Math.round(45 * strength)}%, var(--panel))`;
  const chosen = { [columnsAre]: column };
  const go = (): void => {
    if (isOutput) show(chosen);
    else if (station) jump({ station, ...(rowsAre === "one" ? {} : { [rowsAre]: row }), ...chosen });
  };
  const move = (event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void => {
    const by = { ArrowLeft: "previousElementSibling", ArrowRight: "nextElementSibling" } as const;
    const next = by[event.key as keyof typeof by];
    if (!next) return;
    event.stopPropagation();
    event.preventDefault();
    const other = event.currentTarget[next] as HTMLElement | null;
    other?.focus();
    if (isOutput) other?.click();
  };
  return (
    <button
      type="button"
      class={`cell${isChosen ? " chosen" : ""}${isApart ? " apart" : ""}`}
      style={{ background: tint }}
      disabled={!isOutput && !station}
      tabIndex={isChosen || (column === 0 && !isOutput) ? 0 : -1}
      aria-pressed={isOutput ? isChosen : undefined}
      onClick={go}
      onKeyDown={move}
    >
      <span class="place">{token ?? column + 1}</span> <span class="number">{number}</span>
    </button>
  );
}
