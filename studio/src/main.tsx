import { render } from "preact";
import { App } from "./app.tsx";
import { openFolder, openServed } from "./model/client.ts";
import { droppedFolder } from "./model/files.ts";
import { followAddress, view } from "./state/store.ts";
import "./style.css";

/** A folder may be dropped anywhere on the page. */
function acceptFolders(): void {
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer) return;
    void droppedFolder(event.dataTransfer).then((folder) => folder && openFolder(folder));
  });
}

followAddress();
acceptFolders();
void openServed(view.peek().model);
render(<App />, document.getElementById("app") as HTMLElement);
