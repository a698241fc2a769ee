/** What the recurrent view shows, computed whenever what it depends on changes. */
import { computed, effect, signal } from "@preact/signals";
import { card, fault, folderNamed, messageOf, model } from "../../model/client.ts";
import { newest } from "../../model/newest.ts";
import type { ReadStates, Side } from "../../model/recurrent.ts";
import { view } from "../../state/store.ts";

export const states = signal<ReadStates | undefined>(undefined);
/** The opened model's side, and that of the one beside it. */
export const sides = signal<readonly Side[]>([]);
/** Models that the server has, by name. */
export const served = signal<readonly string[]>([]);

/** Whether the opened model has recurrent states to show. */
export const isRecurrent = computed(() =>
  (card.value?.paths ?? []).some((path) => /^(encoder|network)\..*\.hidden$/.test(path)),
);

/** The name of the model that is open beside; only then can it be asked. */
const openedBeside = signal("");

const statesSoon = newest(
  () => model.states(view.peek().text, view.peek().gates),
  (answer) => {
    states.value = answer;
  },
);

const sidesSoon = newest(
  async () => {
    const { text } = view.peek();
    const name = card.peek()?.name ?? "";
    const first = await model.side("opened", name, text);
    if (openedBeside.peek() === "") return [first];
    return [first, await model.side("beside", openedBeside.peek(), text)];
  },
  (answer) => {
    sides.value = answer;
  },
);

async function openBeside(name: string): Promise<void> {
  try {
    if (name !== "") await model.openBeside(await folderNamed(name));
    if (view.peek().beside === name) openedBeside.value = name;
  } catch (error) {
    fault.value = messageOf(error);
  }
}

async function listServed(): Promise<void> {
  const response = await fetch("models.json");
  if (response.ok) served.value = (await response.json()) as string[];
}

/** Begins to follow the view and the model. @returns a function that ends it */
export function followRecurrent(): () => void {
  void listServed();
  const beside = computed(() => view.value.beside);
  const ends = [
    effect(() => void openBeside(beside.value)),
    effect(() => {
      const { text, gates } = view.value;
      void [gates, card.value];
      if (isRecurrent.value && text.trim() !== "") statesSoon();
    }),
    effect(() => {
      const { text } = view.value;
      void openedBeside.value;
      if (card.value?.task === "translate" && isRecurrent.value && text.trim() !== "") sidesSoon();
      else sides.value = [];
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
