import "./train.css";
import { useEffect } from "preact/hooks";
import { text } from "../../text.ts";
import { Chosen } from "./chosen.tsx";
import { Progress } from "./progress.tsx";
import { Sights } from "./sights.tsx";
import { lookForKept, opened, phase, trainingFault } from "./training.ts";

/** A model that learns in the page: what it learns from, how far it has come, and what it makes of some sentences. */
export function Train() {
  useEffect(() => {
    if (phase.peek() === "idle") void lookForKept();
  }, []);
  return (
    <>
      {trainingFault.value && (
        <p class="fault" role="alert">
          {text.failed}: {trainingFault.value}
        </p>
      )}
      {opened.value ? (
        <>
          <Progress />
          <Sights />
        </>
      ) : (
        <Chosen />
      )}
    </>
  );
}
