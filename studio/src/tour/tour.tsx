import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { text } from "../text.ts";
import { Maths } from "../views/steps/maths.tsx";
import { followPointing, reveal } from "./pointing.ts";
import { stops } from "./stops.ts";
import { end, goTo, isChanged, number, stop } from "./tour.ts";
import "./tour.css";

const words = text.tour;

/** Begins the tour. */
export const StartTour = () => (
  <button type="button" class="quiet start-tour" aria-pressed={number.value > 0} onClick={() => goTo(1)}>
    {words.start}
  </button>
);

/** A stop of the tour through the lecture, docked below the page: what a lecturer would say, and something to try. */
export function Tour() {
  return number.value > 0 ? <Docked /> : null;
}

function Docked() {
  const panel = useRef<HTMLElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const isFolded = useSignal(false);
  useEffect(followPointing, []);
  useEffect(() => title.current?.focus({ preventScroll: true }), []);
  useEffect(() => leaveRoomFor(panel.current), []);
  useEffect(() => {
    addEventListener("keydown", onEscape);
    return () => removeEventListener("keydown", onEscape);
  }, []);
  const now = stop.value;
  if (!now) return null;
  const { title: name, said, tryThis } = words.at[now.name];
  return (
    <aside
      class={isFolded.value ? "tour folded" : "tour"}
      aria-label={words.name}
      ref={panel}
      onKeyDown={onArrow}
    >
      <Track />
      <div class="tour-inner">
        <div class="tour-name">
          <p class="tour-count">{words.stop(number.value, stops.length)}</p>
          <h2 ref={title} tabIndex={-1}>
            {name}
          </h2>
        </div>
        <div class="tour-said" aria-live="polite">
          <p>
            <Maths of={said} />
          </p>
          <p>
            <strong>{words.tryThis}</strong> <Maths of={tryThis} />
          </p>
        </div>
        <div class="tour-buttons">
          <button type="button" disabled={number.value <= 1} onClick={() => goTo(number.value - 1)}>
            {words.back}
          </button>
          {number.value < stops.length ? (
            <button type="button" class="tour-next" onClick={() => goTo(number.value + 1)}>
              {words.next}
            </button>
          ) : (
            <button type="button" class="tour-next" onClick={leave}>
              {words.end}
            </button>
          )}
          <button type="button" class="tour-point" title={words.pointHint} onClick={() => reveal("smooth")}>
            {words.point}
          </button>
          <button
            type="button"
            class="tour-again"
            title={words.againHint}
            disabled={!isChanged.value}
            onClick={() => goTo(number.value)}
          >
            {words.again}
          </button>
          <button
            type="button"
            class="tour-fold"
            aria-expanded={!isFolded.value}
            onClick={() => {
              isFolded.value = !isFolded.value;
            }}
          >
            {isFolded.value ? words.unfold : words.fold}
          </button>
          {number.value < stops.length && (
            <button type="button" aria-label={words.end} onClick={leave}>
              {words.endShort}
            </button>
          )}
        </div>
      </div>
    </aside>
  );
}

/** All stops as one line, each a button. */
const Track = () => (
  <ol class="tour-track" aria-label={words.stops}>
    {stops.map(({ name }, i) => (
      <li key={name}>
        <button
          type="button"
          title={words.goTo(i + 1, words.at[name].title)}
          aria-label={words.goTo(i + 1, words.at[name].title)}
          aria-current={i + 1 === number.value ? "step" : undefined}
          class={i + 1 <= number.value ? "been" : ""}
          onClick={() => goTo(i + 1)}
        />
      </li>
    ))}
  </ol>
);

/** Ends the tour, and gives the focus back to where it began. */
function leave(): void {
  end();
  document.querySelector<HTMLElement>(".start-tour")?.focus({ preventScroll: true });
}

function onEscape(event: KeyboardEvent): void {
  if (event.key === "Escape" && !event.defaultPrevented) leave();
}

/** In the panel, arrow keys go to the stop before and after. */
function onArrow(event: KeyboardEvent): void {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  // The view may have a use for them as well.
  event.stopPropagation();
  const to = number.peek() + by;
  if (to >= 1 && to <= stops.length) goTo(to);
}

/** Tells the style sheet how high the panel is: nothing may stay behind it. @returns a function that ends it */
function leaveRoomFor(panel: HTMLElement | null): (() => void) | undefined {
  if (!panel) return undefined;
  const { style } = document.documentElement;
  const observer = new ResizeObserver(() => style.setProperty("--tour-height", `${panel.offsetHeight}px`));
  observer.observe(panel);
  return () => {
    observer.disconnect();
    style.removeProperty("--tour-height");
  };
}
