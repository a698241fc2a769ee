import { effect, signal } from "@preact/signals";
import type { LabelContributions } from "heed/inspect";
import { useEffect } from "preact/hooks";
import { Caption } from "../../caption.tsx";
import { card, model } from "../../model/client.ts";
import { newest } from "../../model/newest.ts";
import { barsDrawing } from "../../pictures/bars-drawing.ts";
import { inksOfPage } from "../../pictures/inks.ts";
import { shownToken } from "../../pictures/tokens.ts";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";
import { Sentence } from "../heads/sentence.tsx";
import "./classify.css";

const words = text.classify;

const found = signal<LabelContributions | undefined>(undefined);

const askSoon = newest(
  () => model.contributions(view.peek().text),
  (answer) => {
    found.value = answer;
  },
);

function follow(): () => void {
  return effect(() => {
    const isReady = card.value?.task === "classify" && view.value.text.trim() !== "";
    if (isReady) askSoon();
    else found.value = undefined;
  });
}

/** A text, the labels that it may have, and what each of its words adds to the chosen one. */
export function Classify() {
  useEffect(follow, []);
  return (
    <>
      <section class="panel">
        <Sentence label={words.source} />
        <Labels />
      </section>
      <Words />
    </>
  );
}

/** Labels are listed, at most. */
const LABELS = 8;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function Labels() {
  const labels = found.value?.labels.slice(0, LABELS) ?? [];
  return (
    <ol class="labels" aria-label={words.labels}>
      {labels.map(({ name, probability }, i) => (
        <li key={name}>
          <button type="button" aria-pressed={view.value.label === i} onClick={() => show({ label: i })}>
            {name}
          </button>
          <span class="bar" style={{ "--share": probability }} />
          <span class="number">{percent(probability)}</span>
        </li>
      ))}
    </ol>
  );
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;

function Words() {
  const { tokens, labels } = found.value ?? { tokens: [], labels: [] };
  const label = labels[view.value.label] ?? labels[0];
  if (!label) return <section class="panel" aria-busy="true" />;
  const { parts } = label;
  const most = Math.max(1e-9, ...parts.map(Math.abs));
  const sum = parts.reduce((total, part) => total + part, 0);
  const order = [...parts.keys()].sort((a, b) => Math.abs(parts[b] as number) - Math.abs(parts[a] as number));
  return (
    <section class="panel" aria-labelledby="words">
      <h2 id="words">
        {words.words}: {label.name}
      </h2>
      <p class="note">{words.note}</p>
      <p class="coloured">
        {tokens.map((token, i) => {
          const { text: name, isSpecial, begins } = shownToken(token);
          const part = parts[i] as number;
          const classes = ["piece", part < 0 ? "against" : "for", isSpecial ? "special" : ""];
          return (
            <span key={i}>
              {(begins || !tokens.some((one) => one.startsWith("▁"))) && " "}
              <span
                class={classes.join(" ")}
                style={{ "--share": Math.abs(part) / most }}
                title={signed(part)}
              >
                {name}
              </span>
            </span>
          );
        })}
      </p>
      <table class="parts">
        <caption>{words.listed}</caption>
        <thead>
          <tr>
            <th scope="col">{words.columns.token}</th>
            <th scope="col">{words.columns.adds}</th>
          </tr>
        </thead>
        <tbody>
          {order.slice(0, 16).map((i) => {
            const part = parts[i] as number;
            return (
              <tr key={i}>
                <th scope="row">{shownToken(tokens[i] ?? "").text}</th>
                <td>
                  <span
                    class={part < 0 ? "part against" : "part for"}
                    style={{ "--share": Math.abs(part) / most }}
                  />
                  <span class="number">{signed(part)}</span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p class="note">{words.sum(signed(sum), tokens.length)}</p>
      <Caption
        about={words.about(label.name)}
        picture={() => {
          const bars = tokens.map((token, i) => {
            const part = parts[i] as number;
            return { name: shownToken(token).text, value: part, figures: signed(part) };
          });
          return barsDrawing(bars, words.columns.adds, inksOfPage());
        }}
        name="contributions"
        numbers={{
          rows: tokens,
          columns: labels.map(({ name }) => name),
          axes: { rows: words.columns.token, columns: words.columns.adds },
          at: (i, j) => labels[j]?.parts[i] ?? 0,
        }}
      />
    </section>
  );
}
