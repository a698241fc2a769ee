import { escapeMarkup } from "./markup.ts";

export type Facts = readonly (readonly [name: string, value: string])[];

/** A section of a page, with a heading. */
export interface Section {
  readonly title: string;
  /** A line under the heading, e.g. which model and sentences. */
  readonly note?: string | undefined;
  /** Markup; its text is already escaped. */
  readonly content: string;
}

export interface Page {
  readonly title: string;
  readonly subtitle?: string | undefined;
  /** Key figures, by name. */
  readonly facts: Facts;
  /** Sections without content are left out. */
  readonly sections: readonly Section[];
}

/** A self-contained page: no script, no network. Follows the light or dark colour scheme. */
export function page({ title, subtitle, facts, sections }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeMarkup(title)}</h1>
${subtitle ? `<p class="subtitle">${escapeMarkup(subtitle)}</p>` : ""}
${[factList(facts), ...sections.map(sectionMarkup)].join("\n")}
</main>
</body>
</html>
`;
}

const sectionMarkup = ({ title, note, content }: Section): string =>
  content === ""
    ? ""
    : `<section><h2>${escapeMarkup(title)}</h2>\n${note ? `<p class="note">${escapeMarkup(note)}</p>\n` : ""}${content}</section>`;

const factList = (facts: Facts): string => (facts.length > 0 ? `<dl>${facts.map(fact).join("")}</dl>` : "");

const fact = ([name, value]: readonly [string, string]): string =>
  `<div><dt>${escapeMarkup(name)}</dt><dd>${escapeMarkup(value)}</dd></div>`;

const STYLE = `
:root { color-scheme: light dark; --text: #1c1e21; --faint: #687078; --line: #e3e6e9; --paper: #fff; --mark: #b4480f; --edge: #0003 }
@media screen and (prefers-color-scheme: dark) { :root { --text: #e4e6e8; --faint: #9aa2aa; --line: #30363d; --paper: #14171a; --mark: #ff9d5c; --edge: #fff4 } }
body { margin: 0; background: var(--paper); color: var(--text); font: 15px/1.5 ui-sans-serif, system-ui, sans-serif }
main { max-width: 1000px; margin: 0 auto; padding: 32px 20px 64px }
h1 { font-size: 26px; margin: 0; line-height: 1.2; overflow-wrap: anywhere }
h2 { font-size: 17px; margin: 40px 0 12px }
.subtitle { color: var(--faint); margin: 4px 0 0; max-width: 75ch; overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 16px 24px; margin: 24px 0 0 }
dt { color: var(--faint); font-size: 13px }
dd { margin: 0; font-size: 17px; font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
figure { margin: 0; min-width: 0 }
figcaption { color: var(--faint); font-size: 13px }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 24px }
.charts svg { width: 100%; height: auto; display: block }
.layers { display: grid; gap: 28px }
.layers figure { overflow-x: auto }
.layers svg { width: 100%; min-width: 640px; height: auto; display: block }
.layers svg[width] { width: auto; min-width: 0; max-width: none }
.alignments { display: flex; flex-wrap: wrap; gap: 28px 20px; align-items: flex-end }
.alignments figure { width: min-content; min-width: 210px }
figure > svg { max-width: 100%; height: auto }
.pictures { display: flex; flex-wrap: wrap; gap: 24px 40px; align-items: flex-end }
.pictures figure { max-width: 100% }
h3 { font-size: 15px; margin: 28px 0 8px }
h3 + .note { margin-top: -4px }
.heads { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 24px 28px; align-items: end }
.scroll { overflow-x: auto; max-width: 100% }
.scroll svg { height: auto; display: block }
details { margin-top: 20px }
summary { cursor: pointer; padding: 6px 0 }
details .pictures { margin-top: 20px }
:focus-visible { outline: 2px solid #2f6db5; outline-offset: 2px }
.said th, .said td { width: auto; overflow-wrap: normal; font-variant-numeric: tabular-nums }
.said th[scope=row] { color: var(--text); font-size: 15px; white-space: nowrap }
.said td:last-child { width: 60% }
.said .share { white-space: nowrap }
.track { display: inline-block; width: 72px; height: 9px; background: var(--line); vertical-align: baseline }
.track span { display: block; height: 100%; background: #2f6db5; print-color-adjust: exact; -webkit-print-color-adjust: exact }
.surprise .track span { background: var(--mark) }
.other { color: var(--faint); font-size: 13px; margin-right: 12px; display: inline-block }
.likelier { color: var(--mark); font-weight: 600 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: start; vertical-align: top; padding: 6px 16px 6px 0; border-bottom: 1px solid var(--line); width: 50%; overflow-wrap: anywhere }
th { color: var(--faint); font-weight: 500; font-size: 13px }
.reference { color: var(--mark); font-size: 13px }
table.numbers { width: auto; font-variant-numeric: tabular-nums }
.numbers th, .numbers td { width: auto; text-align: end; white-space: nowrap; overflow-wrap: normal; padding: 5px 0 5px 20px }
.numbers th:first-child, .numbers td:first-child { padding-left: 0 }
.numbers .text { text-align: start }
.numbers .text:last-child { white-space: normal; overflow-wrap: anywhere }
.confusion td { border-bottom-color: transparent }
.confusion th[colspan] { text-align: center; border-bottom: none; padding-bottom: 0 }
.confusion tbody th { text-align: start; padding-right: 14px }
.confusion .right, .confusion .wrong { padding: 5px 14px; text-align: center; background: color-mix(in srgb, var(--hue) calc(70% * var(--share)), var(--paper)) }
.confusion .right { --hue: #2f8f6b }
.confusion .wrong { --hue: #d1602d }
.expected { color: var(--faint); white-space: nowrap }
.wide { overflow-x: auto; margin-top: 20px }
.note { color: var(--faint); font-size: 13px; max-width: 90ch }
h2 + .note { margin-top: -6px }
.wide, .layers figure { background: linear-gradient(to left, transparent, var(--paper) 60%) left / 48px 100% local, linear-gradient(to right, transparent, var(--paper) 60%) right / 48px 100% local, linear-gradient(to right, var(--edge), transparent) left / 12px 100% scroll, linear-gradient(to left, var(--edge), transparent) right / 12px 100% scroll; background-repeat: no-repeat }
@media (max-width: 640px) {
  .numbers.rows, .rows tbody, .rows tr { display: block }
  .rows thead { display: none }
  .rows tr { display: flex; flex-wrap: wrap; gap: 0 18px; padding: 8px 0; border-bottom: 1px solid var(--line) }
  .rows td, .rows td:first-child { padding: 0; border: none; text-align: start; white-space: normal; overflow-wrap: anywhere }
  .rows td:first-child { flex-basis: 100%; font-weight: 500 }
  .rows td:not(:first-child)::before { content: attr(data-column) " "; color: var(--faint); font-size: 13px }
  .said td, .said th { padding-right: 8px }
  .track { width: 40px }
}
@media print {
  :root { color-scheme: light }
  main { max-width: none; padding: 0 }
  h2, .note { break-after: avoid }
  figure, tr { break-inside: avoid }
  svg { print-color-adjust: exact; -webkit-print-color-adjust: exact }
  .scroll { overflow: visible }
  .scroll svg { max-width: 100% }
  details:not([open]) { display: none }
}
`;
