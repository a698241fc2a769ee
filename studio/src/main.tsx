import { render } from "preact";
import { App } from "./app.tsx";
import { openServed } from "./model/client.ts";
import { followAddress, view } from "./state/store.ts";
import "./style.css";

followAddress();
void openServed(view.peek().model);
render(<App />, document.getElementById("app") as HTMLElement);
