/** The page that translates: what is heavy runs in its worker. */
import type { Answered, Asked } from "./translate-worker.ts";

const find = <E extends Element>(selector: string): E => document.querySelector<E>(selector) as E;
const [source, button] = [find<HTMLInputElement>("input"), find<HTMLButtonElement>("button")];
const [target, status] = [find<HTMLOutputElement>("output"), find<HTMLElement>("[role=status]")];

const worker = new Worker(new URL("./translate-worker.ts", import.meta.url), { type: "module" });

worker.addEventListener("message", ({ data }: MessageEvent<Answered>) => {
  if ("share" in data) status.textContent = `Loading the model: ${Math.round(100 * data.share)} %`;
  if ("problem" in data) status.textContent = data.problem;
  if ("ready" in data) {
    status.textContent = `Computed in this page: ${data.ready}`;
    button.disabled = false;
  }
  if ("text" in data) {
    target.textContent = data.text;
    button.disabled = false;
  }
});

find<HTMLFormElement>("form").addEventListener("submit", (event) => {
  event.preventDefault();
  button.disabled = true;
  worker.postMessage({ text: source.value } satisfies Asked);
});
