import { escapeMarkup } from "./markup.ts";

export interface GridCell {
  readonly name: string;
  /** Sets the colour: the largest of the grid in full colour, 0 blank, below 0 another hue. */
  readonly value: number;
  readonly text: string;
  /** Whether the value may be 0: its text is then faint. */
  readonly isFaint: boolean;
  /** Lines under the value. */
  readonly notes: readonly { readonly text: string; readonly isStrong: boolean }[];
}

export interface GridRow {
  readonly name: string;
  readonly cells: readonly GridCell[];
}

/** A table of heads: a row for each attention, a cell for each head, coloured by its value. */
export function headsGrid(rows: readonly GridRow[]): string {
  const largest = rows
    .flatMap(({ cells }) => cells)
    .reduce((most, { value }) => Math.max(most, Math.abs(value)), 1e-12);
  const most = rows.reduce((widest, { cells }) => Math.max(widest, cells.length), 0);
  const head = Array.from({ length: most }, (_, i) => `<th>head ${i + 1}</th>`);
  const body = rows.map(({ name, cells }) => {
    const drawn = cells.map((cell) => cellMarkup(cell, largest));
    const missing = Array.from({ length: most - cells.length }, () => "<td></td>");
    return `<tr><th scope="row">${escapeMarkup(name)}</th>${[...drawn, ...missing].join("")}</tr>`;
  });
  return `${STYLE}<div class="wide"><table class="headtable"><thead><tr><th></th>${head.join("")}</tr></thead><tbody>${body.join("\n")}</tbody></table></div>`;
}

function cellMarkup({ name, value, text, isFaint, notes }: GridCell, largest: number): string {
  const share = Math.abs(value) / largest;
  const lines = notes.map(({ text: note, isStrong }) =>
    isStrong ? `<div><b>${escapeMarkup(note)}</b></div>` : `<div>${escapeMarkup(note)}</div>`,
  );
  const kind = value < 0 ? "fewer" : "more";
  const number = `<div class="${isFaint ? "value faint" : "value"}">${escapeMarkup(text)}</div>`;
  return `<td class="${kind}" style="--share: ${share.toFixed(3)}" title="${escapeMarkup(name)}">${number}${lines.join("")}</td>`;
}

const STYLE = `<style>
.headtable { width: 100%; border-collapse: separate; border-spacing: 4px; print-color-adjust: exact; -webkit-print-color-adjust: exact }
.headtable th { width: auto; border: none; padding: 0 6px 0 0; white-space: nowrap; vertical-align: middle }
.headtable thead th { padding: 0 8px }
.headtable td { width: auto; min-width: 96px; height: 56px; padding: 6px 8px; border: 1px solid var(--line); border-radius: 6px; font-size: 12px; line-height: 1.35; overflow-wrap: normal; background: color-mix(in srgb, var(--hue) calc(62% * var(--share, 0)), var(--paper)) }
.headtable td.more { --hue: #e08a2e }
.headtable td.fewer { --hue: #4f86c6 }
.headtable td:empty { border: none; background: none }
.headtable .value { font-size: 15px; font-variant-numeric: tabular-nums }
.headtable .faint { opacity: 0.6 }
@media (max-width: 640px) {
  .headtable { border-spacing: 3px }
  .headtable th { padding: 0; white-space: normal; overflow-wrap: normal; font-size: 11px }
  .headtable thead th { padding: 0 3px }
  .headtable td { min-width: 56px; padding: 4px 3px; font-size: 10px; letter-spacing: -0.02em }
  .headtable .value { font-size: 12px }
}
</style>`;
