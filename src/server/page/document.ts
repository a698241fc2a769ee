/** The page to translate in, before its script has filled it. */
export const pageDocument = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Translate</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="page/style.css">
<script type="module" src="page/main.web.js"></script>
</head>
<body>
<header><h1>Translate</h1><a href="docs">API</a></header>
<main>
<noscript><p>This page needs JavaScript. The API does not: see its <a href="docs">documentation</a>.</p></noscript>
<form id="form">
<div class="languages">
<label for="source">From</label><select id="source"></select>
<button type="button" id="swap" aria-label="Exchange the languages" title="Exchange the languages">⇄</button>
<label for="target">To</label><select id="target"></select>
</div>
<p id="key-row" hidden><label for="key">API key</label><input id="key" type="password" autocomplete="off" spellcheck="false"></p>
<div class="panels">
<section aria-labelledby="source-title">
<h2 id="source-title"><label for="text">Text</label></h2>
<textarea id="text" rows="7" aria-describedby="count" placeholder="Type or paste a text"></textarea>
<p class="under"><span id="count"></span><span id="detected"></span></p>
<div class="actions">
<button type="submit" id="go">Translate</button>
<button type="button" id="stop" hidden>Stop</button>
<kbd>Ctrl + Enter</kbd>
<progress id="progress" hidden aria-label="Parts that are translated"></progress>
</div>
</section>
<section aria-labelledby="target-title">
<h2 id="target-title">Translation</h2>
<output id="output" for="text source target" aria-labelledby="target-title"></output>
<p class="under"><button type="button" id="copy" hidden>Copy</button><span id="repaired" hidden></span></p>
</section>
</div>
<p id="status" role="status"></p>
<p id="error" role="alert"></p>
</form>
<section id="aligned" hidden aria-labelledby="aligned-title">
<h2 id="aligned-title">Word by word</h2>
<p class="hint">Point at a word, tap it, or go through the words with the arrow keys: what belongs to it is marked.</p>
<div class="panels"><div id="source-words" role="group" aria-label="Words of the text"></div>
<div id="target-words" role="group" aria-label="Words of the translation"></div></div>
</section>
<section id="others" hidden aria-labelledby="others-title">
<h2 id="others-title">Other translations</h2>
<ol id="alternatives"></ol>
</section>
</main>
</body>
</html>
`;
