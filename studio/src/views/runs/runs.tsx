import { useEffect } from "preact/hooks";
import { FolderButton } from "../../folder-button.tsx";
import { listed, listOffered } from "../../model/client.ts";
import { text } from "../../text.ts";
import { compared, followRuns } from "./asked.ts";
import { Curves } from "./curves.tsx";
import { Pair } from "./pair.tsx";
import { Results } from "./results.tsx";
import "./runs.css";

const words = text.runs;

/** A folder of runs: their learning curves, what they reached, and two of them beside each other. */
export function Runs() {
  useEffect(followRuns, []);
  const found = compared.value;
  const { name, places } = listed.value;
  if (places.length === 0) return <Nothing />;
  return (
    <>
      <section class="panel about" aria-labelledby="about">
        <div>
          <h2 id="about">{name === "" ? words.title : words.titleOf(name)}</h2>
          <p class="note" role="status">
            {found ? `${found.summary}.` : words.reading(places.length)}
          </p>
          {found?.notes.tasks && <p class="warning">{found.notes.tasks}</p>}
        </div>
        <div class="actions">
          {name === "" && (
            <button type="button" onClick={() => void listOffered()}>
              {words.readAgain}
            </button>
          )}
          <FolderButton label={words.open} />
        </div>
      </section>
      {found && (
        <>
          <Curves compared={found} />
          <Results compared={found} />
          <Pair />
        </>
      )}
    </>
  );
}

/** How to get runs here. */
function Nothing() {
  return (
    <section class="panel nothing">
      <h2>{words.title}</h2>
      <p>{words.nothing}</p>
      <FolderButton label={words.open} />
      <p class="note">{words.orServe}</p>
      <pre>
        <code>{words.serve}</code>
      </pre>
    </section>
  );
}
