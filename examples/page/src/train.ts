/** The page that trains: what is heavy runs in its worker. */
import type { Learnt } from "./train-worker.ts";

const find = <E extends Element>(selector: string): E => document.querySelector<E>(selector) as E;
const [button, status] = [find<HTMLButtonElement>("button"), find<HTMLElement>("[role=status]")];
const [losses, table] = [find<HTMLOListElement>("ol"), find<HTMLTableElement>("table")];

const worker = new Worker(new URL("./train-worker.ts", import.meta.url), { type: "module" });

worker.addEventListener("message", ({ data }: MessageEvent<Learnt>) => {
  if ("problem" in data) status.textContent = data.problem;
  if ("ready" in data) {
    status.textContent = `Computed in this page: ${data.ready}`;
    button.disabled = false;
  }
  if ("loss" in data) {
    const bar = document.createElement("li");
    bar.textContent = data.loss.toFixed(3);
    bar.style.width = `${Math.min(100, 100 * data.loss)}%`;
    losses.append(bar);
  }
  if ("answers" in data) {
    const body = table.tBodies[0] as HTMLTableSectionElement;
    for (const cells of data.answers) {
      const row = body.insertRow();
      for (const cell of cells) row.insertCell().textContent = String(cell);
    }
    table.hidden = false;
    button.disabled = false;
  }
});

button.addEventListener("click", () => {
  button.disabled = true;
  losses.replaceChildren();
  table.tBodies[0]?.replaceChildren();
  worker.postMessage("train");
});
