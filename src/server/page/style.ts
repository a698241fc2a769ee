/** The style of the page, in the colours of the studio. */
export const pageStyle = `:root {
  color-scheme: light dark;
  --paper: light-dark(#fbfaf7, #16181c);
  --panel: light-dark(#ffffff, #1e2126);
  --ink: light-dark(#1d2129, #e9eaec);
  --soft: light-dark(#5a6270, #a3abb8);
  --line: light-dark(#dcdcd6, #353a43);
  --edge: light-dark(#848a94, #737b88);
  --weight: light-dark(#1f5fbf, #7db2ff);
  --on-weight: light-dark(#ffffff, #101317);
  --mark: light-dark(#cfe0fa, #28466f);
  --wrong: light-dark(#b3261e, #ff8a80);
  font: 16px / 1.5 system-ui, "Segoe UI", "Noto Sans", sans-serif;
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--paper); color: var(--ink); }
header, main { max-width: 66rem; margin: 0 auto; padding: 0 clamp(0.75rem, 3vw, 2rem); }
header { display: flex; align-items: baseline; justify-content: space-between; padding-top: 1rem; }
main { padding-bottom: 3rem; }
h1 { margin: 0; font-size: 1.4rem; letter-spacing: -0.01em; }
h2 { margin: 0 0 0.35rem; font-size: 0.9rem; font-weight: 600; color: var(--soft); }
a { color: var(--weight); }
.languages { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; margin: 0.75rem 0; }
.languages label, #key-row label { color: var(--soft); font-size: 0.9rem; }
#key-row { display: flex; gap: 0.5rem; align-items: center; margin: 0 0 0.75rem; }
#key { flex: 1; max-width: 24rem; }
select, input, textarea, button {
  font: inherit; color: inherit; background: var(--panel);
  border: 1px solid var(--edge); border-radius: 8px; padding: 0.45rem 0.7rem; min-height: 2.75rem;
}
button { cursor: pointer; }
button:hover { border-color: var(--weight); }
:focus-visible { outline: 3px solid var(--weight); outline-offset: 2px; }
#go { background: var(--weight); border-color: var(--weight); color: var(--on-weight); font-weight: 600; }
#go:disabled { opacity: 0.6; cursor: default; }
.panels { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem; }
textarea, output {
  display: block; width: 100%; min-height: 12rem; padding: 0.75rem; line-height: 1.55; font-size: 1.05rem;
  background: var(--panel); border: 1px solid var(--edge); border-radius: 10px; resize: vertical;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
output { border-color: var(--line); min-height: 13.2rem; }
.under { display: flex; justify-content: space-between; gap: 1rem; align-items: center; min-height: 2rem; margin: 0.35rem 0 0; color: var(--soft); font-size: 0.85rem; }
.under .over { color: var(--wrong); }
.under button { min-height: 2rem; padding: 0.15rem 0.7rem; }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: center; margin-top: 0.5rem; }
kbd { color: var(--soft); font: inherit; font-size: 0.85rem; }
progress { flex: 1; max-width: 16rem; accent-color: var(--weight); }
#status, #error { min-height: 1.5rem; margin: 0.5rem 0 0; }
#status { color: var(--soft); }
#error { color: var(--wrong); }
#error:empty, #status:empty { min-height: 0; margin: 0; }
main > section { margin-top: 1.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.hint { margin: 0 0 0.75rem; color: var(--soft); font-size: 0.9rem; }
#source-words, #target-words { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 2; }
.word { padding: 0.1rem 0.15rem; border-radius: 5px; cursor: pointer; }
.word.marked { background: var(--mark); box-shadow: 0 2px 0 var(--weight); }
ol { margin: 0; padding-left: 1.4rem; }
li { white-space: pre-wrap; overflow-wrap: anywhere; margin-bottom: 0.4rem; }
@media (max-width: 640px) {
  .panels { grid-template-columns: minmax(0, 1fr); gap: 0.5rem; }
  .languages label { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .languages select { flex: 1; min-width: 0; }
  textarea, output { min-height: 8rem; }
  kbd { display: none; }
}
@media (forced-colors: active) { .word.marked { outline: 2px solid; } }
`;
