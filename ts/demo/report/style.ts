/** The report's style: no font, image or script from anywhere; light and dark. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --surface: #ffffff; --text: #1a1f27; --muted: #59636f; --line: #d9dee5;
  --series-1: #0072b2; --series-2: #e69f00; --series-3: #009e73; --series-4: #a8509a; --alert: #b3261e; --good: #00734f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #11151a; --surface: #1a2027; --text: #e7ebf0; --muted: #9ca7b4; --line: #303945;
    --series-1: #56b4e9; --series-2: #f0b429; --series-3: #2fc397; --series-4: #d98fd0; --alert: #ff8a80; --good: #4fd8a8;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main { max-width: 1180px; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: clamp(1.6rem, 4vw, 2.3rem); line-height: 1.2; margin: 0 0 .6rem; letter-spacing: -.01em; }
h2 { font-size: 1.35rem; margin: 3rem 0 1rem; }
h3 { font-size: 1.05rem; margin: 0 0 .5rem; }
p { margin: 0 0 .8rem; max-width: 68ch; }
.lead { font-size: 1.1rem; color: var(--muted); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 1rem; margin: 1.8rem 0; padding: 0; }
.tile { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.15rem; }
.tile strong { display: block; font-size: clamp(1.35rem, 3.4vw, 1.7rem); line-height: 1.2; white-space: nowrap; font-variant-numeric: tabular-nums; }
.tile span { color: var(--muted); font-size: .92rem; }
.tile.good strong { color: var(--good); }
.tile.bad strong { color: var(--alert); }
.panel {
  display: grid; grid-template-columns: minmax(0, 2.3fr) minmax(220px, 1fr); gap: 1.5rem; align-items: start;
  background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem; margin: 0 0 1.25rem;
}
figure { margin: 0; min-width: 0; }
figure svg { --plot-background: var(--surface); background: transparent; display: block; width: 100%; height: auto; }
.narrow { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; margin: .5rem 0 0; padding: 0; list-style: none; font-size: .9rem; }
.legend li { display: flex; align-items: center; gap: .45rem; }
figure .swatch { width: 26px; height: 12px; flex: none; }
.note { color: var(--muted); font-size: .92rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .95rem; }
th, td { text-align: right; padding: .45rem .7rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; }
thead th { color: var(--muted); font-weight: 600; }
tfoot td { font-weight: 700; border-bottom: 0; }
@media (max-width: 860px) {
  .panel { grid-template-columns: 1fr; }
}
@media (max-width: 600px) {
  main { padding-top: 1.5rem; }
  .panel { padding: 1rem .8rem; }
  .wide { display: none; }
  .narrow { display: block; }
}
@media print {
  body { background: none; }
  .panel, .tile { break-inside: avoid; }
}
`;
