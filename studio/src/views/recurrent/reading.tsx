import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Caption } from "../../caption.tsx";
import type { ReadLayer, Track } from "../../model/recurrent.ts";
import { type Drawing, stacked } from "../../pictures/drawing.ts";
import { pageColour } from "../../pictures/heat.ts";
import { inksOfPage } from "../../pictures/inks.ts";
import { matrixDrawing, signedCells } from "../../pictures/matrix-drawing.ts";
import { shownToken } from "../../pictures/tokens.ts";
import { changes, means, SHOWN_UNITS, scaleOf, standing } from "../../pictures/vectors.ts";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";
import { states } from "./asked.ts";
import { Strip } from "./strip.tsx";

const words = text.recurrent;
/** One word is read in this time, in ms. */
const PACE = 600;

/** The states of the encoder as it reads: a column for each word, played word by word. */
export function ReadingOn() {
  const pointed = useSignal("");
  const shown = states.value;
  const count = shown?.tokens.length ?? 0;
  const read = view.value.read < 0 ? count : Math.min(view.value.read, count);
  if (!shown) return <section class="panel reading" aria-busy="true" />;
  const directions = new Set(shown.layers.map(({ direction }) => direction));
  return (
    <section class="panel reading" aria-labelledby="reading-on">
      <h2 id="reading-on">{words.reading}</h2>
      <p class="note">{words.readingNote}</p>
      <Player read={read} count={count} />
      <div class="scroll">
        <div class="tracks" style={{ "--tokens": count }}>
          <ol class="read-tokens" aria-label={words.progress(read, count)}>
            {shown.tokens.map((token, i) => {
              const { text: name, isSpecial } = shownToken(token);
              const isNow = i === read - 1 || (directions.has("backward") && i === count - read);
              return (
                <li key={i} class={`${isSpecial ? "special" : ""}${isNow ? " now" : ""}`}>
                  <button type="button" class="link" onClick={() => show({ read: i + 1 })}>
                    {name}
                  </button>
                </li>
              );
            })}
          </ol>
          {shown.layers.map((layer) => (
            <LayerTracks
              key={layer.place}
              layer={layer}
              tokens={shown.tokens}
              read={read}
              onPoint={(said) => {
                pointed.value = said;
              }}
            />
          ))}
        </div>
      </div>
      <p class="pointed">{pointed.value || words.pointAt}</p>
    </section>
  );
}

function Player({ read, count }: { readonly read: number; readonly count: number }) {
  const isPlaying = useSignal(false);
  const go = (to: number): void => show({ read: Math.max(0, Math.min(count, to)) });
  useEffect(() => {
    if (!isPlaying.value) return undefined;
    if (read >= count) {
      isPlaying.value = false;
      return undefined;
    }
    const timer = setTimeout(() => go(read + 1), PACE);
    return () => clearTimeout(timer);
  }, [isPlaying.value, read, count]);
  const play = (): void => {
    if (!isPlaying.value && read >= count) go(0);
    isPlaying.value = !isPlaying.value;
  };
  return (
    <div class="player">
      <button type="button" class="play" onClick={play}>
        {isPlaying.value ? words.pause : words.play}
      </button>
      <button type="button" disabled={read <= 0} aria-label={words.back} onClick={() => go(read - 1)}>
        ←
      </button>
      <button type="button" disabled={read >= count} aria-label={words.on} onClick={() => go(read + 1)}>
        →
      </button>
      <input
        type="range"
        min={0}
        max={count}
        value={read}
        aria-label={words.progress(read, count)}
        onInput={(event) => go(Number(event.currentTarget.value))}
      />
      <output>{words.progress(read, count)}</output>
      <label class="check">
        <input
          type="checkbox"
          checked={view.value.gates}
          onChange={(event) => show({ gates: event.currentTarget.checked })}
        />
        {words.gates}
      </label>
    </div>
  );
}

interface TracksProps {
  readonly layer: ReadLayer;
  readonly tokens: readonly string[];
  readonly read: number;
  readonly onPoint: (said: string) => void;
}

function LayerTracks({ layer, tokens, read, onPoint }: TracksProps) {
  const { direction, tracks } = layer;
  const isRead = (position: number): boolean =>
    direction === "backward" ? position >= tokens.length - read : position < read;
  const [hidden] = tracks;
  return (
    <div class="read-layer">
      <h3>
        {words.layer(layer.layer + 1)}, {words.directions[direction]} <code>{layer.place}</code>
      </h3>
      {tracks.map((track) => (
        <TrackStrip key={track.name} track={track} tokens={tokens} isRead={isRead} onPoint={onPoint} />
      ))}
      {hidden && (
        <Bars
          name={words.change}
          values={changes(
            { data: hidden.data, length: tokens.length, units: hidden.units },
            direction === "backward" ? -1 : 1,
          )}
          isRead={isRead}
        />
      )}
      <LayerCaption layer={layer} tokens={tokens} isRead={isRead} />
    </div>
  );
}

const titleOf = (name: string): string => words.gate[name as keyof typeof words.gate] ?? name;

/** The files and the table of one layer's states, and of its gates where they are shown. */
function LayerCaption({
  layer: { place, tracks },
  tokens,
  isRead,
}: Pick<TracksProps, "layer" | "tokens"> & { readonly isRead: (position: number) => boolean }) {
  const lines = tracks.flatMap((track) =>
    Array.from({ length: track.units }, (_, unit) => ({ track, unit, name: `${track.name} ${unit + 1}` })),
  );
  const most = Math.max(...tracks.map(({ data, units }) => scaleOf({ data, length: tokens.length, units })));
  return (
    <Caption
      about={words.layerAbout(place, most === 1 ? "1" : words.scaleOfEach)}
      picture={() => layerDrawing(tracks, tokens, isRead)}
      name={place}
      numbers={{
        rows: lines.map(({ name }) => name),
        columns: tokens,
        axes: { columns: words.token, rows: words.number },
        at: (line, position) => {
          const { track, unit } = lines[line] as (typeof lines)[number];
          return track.data[position * track.units + unit] as number;
        },
      }}
    />
  );
}

/** The same pictures as one drawing: a strip for each track. */
function layerDrawing(
  tracks: readonly Track[],
  tokens: readonly string[],
  isRead: (position: number) => boolean,
): Drawing {
  const inks = inksOfPage();
  const colours = [pageColour("--change"), pageColour("--weight")] as const;
  const parts = tracks.map(({ name, data, units }) => {
    const vectors = { data, length: tokens.length, units };
    const picture = standing(vectors, isRead);
    const drawn = {
      rows: Array.from({ length: picture.rows }, (_, i) => String(i + 1)),
      columns: tokens,
      axes: { columns: words.token, rows: words.number },
      bitmap: signedCells(picture, colours, scaleOf(vectors)),
      cell: { width: 56, height: 4 },
    };
    return { name: titleOf(name), drawing: matrixDrawing(drawn, inks) };
  });
  return stacked(parts, inks.ink);
}

function TrackStrip({
  track: { name, data, units },
  tokens,
  isRead,
  onPoint,
}: {
  readonly track: Track;
  readonly tokens: readonly string[];
  readonly isRead: (position: number) => boolean;
  readonly onPoint: (said: string) => void;
}) {
  const vectors = { data, length: tokens.length, units };
  const picture = standing(vectors, isRead);
  const title = titleOf(name);
  return (
    <figure class="track">
      <figcaption>
        {title} <span>{words.units(picture.rows, units)}</span>
      </figcaption>
      <Strip
        {...picture}
        scale={scaleOf(vectors)}
        label={words.strip(title, tokens.length, Math.min(SHOWN_UNITS, units))}
        onPoint={(unit, position) => {
          const value = (data[position * units + unit] as number).toFixed(3);
          onPoint(words.value(title, unit + 1, shownToken(tokens[position] ?? "").text, value));
        }}
      />
      {name.endsWith("Gate") && <Bars name={words.mean} values={means(vectors)} isRead={isRead} />}
    </figure>
  );
}

/** A number for each token, in words and as bars. */
function Bars({
  name,
  values,
  isRead,
}: {
  readonly name: string;
  readonly values: readonly number[];
  readonly isRead: (position: number) => boolean;
}) {
  const most = Math.max(1, ...values);
  return (
    <div class="token-bars">
      <span class="bars-name">{name}</span>
      <ol>
        {values.map((value, i) => (
          <li key={i} class={isRead(i) ? "" : "unread"} style={{ "--share": value / most }}>
            {value.toFixed(2)}
          </li>
        ))}
      </ol>
    </div>
  );
}
