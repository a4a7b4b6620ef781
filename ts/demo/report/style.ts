/** The page's style: no font, image or script from anywhere; light and dark. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f7f9, #11151a); --surface: light-dark(#ffffff, #1a2027); --text: light-dark(#1a1f27, #e7ebf0);
  --muted: light-dark(#525c68, #a3aebb); --line: light-dark(#d9dee5, #303945); --accent: light-dark(#005fa3, #6bb6f0);
  --alert: light-dark(#b3261e, #ff8a80); --good: light-dark(#00734f, #4fd8a8); --money: light-dark(#8b97a6, #6d7a89);
  --agent-0: light-dark(#0072b2, #56b4e9); --agent-1: light-dark(#e08a00, #f0b429); --agent-2: light-dark(#009e73, #2fc397);
  --agent-3: light-dark(#a8509a, #d98fd0); --agent-4: light-dark(#c8452f, #ff7f66); --agent-5: light-dark(#3f51c4, #8c9bff);
  --agent-6: light-dark(#8a7a00, #d8cc4a); --agent-7: light-dark(#7a7f87, #a9afb8); --agent-8: light-dark(#00808f, #3fd0e0);
  --agent-9: light-dark(#b04a7c, #f58bb8); --agent-10: light-dark(#5b8c1f, #a3d65c); --agent-11: light-dark(#7d5a3c, #cfa37c);
  --stage-0: light-dark(#33475f, #c3d3e6); --stage-1: light-dark(#7189a6, #8299b5); --stage-2: light-dark(#b7c5d6, #4f637c);
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main { max-width: 1220px; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 1rem; top: .5rem; background: var(--surface); padding: .5rem; z-index: 2; }
h1 { font-size: clamp(1.6rem, 4vw, 2.2rem); line-height: 1.2; margin: 0 0 .6rem; letter-spacing: -.01em; }
h2 { font-size: 1.35rem; margin: 2.5rem 0 .8rem; }
h3 { font-size: 1.05rem; margin: 0 0 .5rem; }
p { margin: 0 0 .8rem; max-width: 72ch; }
code { font: .92em ui-monospace, "SF Mono", Menlo, Consolas, monospace; white-space: nowrap; }
.lead { font-size: 1.05rem; color: var(--muted); max-width: 90ch; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 1rem; margin: 1.5rem 0; }
.tile { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.15rem; }
.tile strong { display: block; font-size: clamp(1.35rem, 3.4vw, 1.7rem); line-height: 1.2; white-space: nowrap; font-variant-numeric: tabular-nums; }
.tile span { color: var(--muted); font-size: .92rem; }
.tile.good strong { color: var(--good); }
.tile.bad strong { color: var(--alert); }

#now { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 1.1rem 1.25rem; outline: none; }
#now h2 { margin-top: 0; }
.state { display: flex; flex-wrap: wrap; gap: .2rem .8rem; align-items: baseline; max-width: none; font-variant-numeric: tabular-nums; }
#clock { font-size: 1.5rem; }
#status { padding: .05rem .6rem; border-radius: 99px; border: 1px solid var(--line); font-size: .9rem; }
#status:empty { display: none; }
#status[data-state="live"] { color: var(--good); border-color: currentColor; }
#status[data-state="live"]::before { content: "● "; }
#status[data-state="failed"], #status[data-state="lost"] { color: var(--alert); border-color: currentColor; }
.hint { max-width: 100ch; }
.latest { overflow-wrap: anywhere; min-height: 1.6em; margin: 0 0 .3rem; max-width: none; font-weight: 600; }
.latest time { color: var(--muted); font-weight: 400; margin-right: .6em; font-variant-numeric: tabular-nums; }
#replay { display: flex; gap: .8rem; align-items: center; margin: 0 0 .6rem; }
#replay[hidden] { display: none; }
#replay input { flex: 1; max-width: 40rem; accent-color: var(--accent); height: 1.6rem; }
button {
  font: inherit; font-size: .9rem; color: var(--text); background: var(--surface); border: 1px solid var(--muted);
  border-radius: 7px; padding: .3rem .7rem; min-height: 2.1rem; cursor: pointer;
}
button:hover { border-color: var(--accent); color: var(--accent); }
button[aria-pressed="true"] { background: var(--accent); border-color: var(--accent); color: var(--surface); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }

.flow { position: relative; margin: .4rem 0 .6rem; min-height: 320px; }
.flow:not(.drawn) > div { visibility: hidden; }
.flow:not(.playable) .who > .acts { display: none; }
.flow svg { position: absolute; inset: 0; overflow: visible; }
.flow .bar { fill: var(--own, var(--text)); }
.flow .escrow-bar { fill: var(--muted); }
.flow .ribbon { fill: none; stroke: var(--own, var(--money)); opacity: .55; }
.flow .pays { opacity: .4; }
.flow .held { stroke: var(--muted); opacity: .4; }
.flow .drained, .flow .returned { stroke: var(--muted); stroke-dasharray: 7 3; opacity: .4; }
.who, .pool { position: absolute; left: 0; top: 0; font-size: .86rem; line-height: 1.25; font-variant-numeric: tabular-nums; white-space: nowrap; }
.who > span, .pool span { display: block; text-shadow: 0 0 3px var(--surface), 0 0 3px var(--surface), 0 0 6px var(--surface); }
.who .name, .pool .name { font-weight: 650; }
.who .rate, .who .moves, .pool .price { color: var(--muted); }
.who .moves { font-size: .78rem; max-width: 9.5rem; white-space: normal; }
.source { text-align: right; }
.pool { text-align: center; }
.pool .price.full { color: var(--alert); }
.who .gauge { width: 3.4rem; height: .5rem; border: 1px solid var(--muted); border-radius: 3px; overflow: hidden; margin-bottom: .15rem; background: var(--ground); }
.who .level { display: block; height: 100%; background: var(--muted); }
.who .moves span:not(:last-child)::after { content: ", "; }
.who > .state { color: var(--alert); font-weight: 600; }
.flow:not(.down) .agent > .name, .flow:not(.down) .agent > .state:not(:empty) { display: inline; }
.agent > .state { margin-left: .35em; }
.flow.down .agent > .state { margin-left: 0; }
.who > .state:empty { display: none; }
.who[data-conduct="dead"] .name { text-decoration: line-through; }
.who > .acts { display: flex; gap: .25rem; margin-top: .15rem; }
.who button { font-size: .78rem; line-height: 1; padding: .2rem .45rem; min-height: 1.5rem; min-width: 1.9rem; border-color: var(--line); }
.who button.kill { border-color: var(--alert); color: var(--alert); }
.flow.down .who { font-size: .78rem; text-align: center; white-space: normal; }
.flow.down .gauge { margin-inline: auto; }
.flow.down .acts { flex-direction: column; align-items: center; }
.flow.down .who button { min-height: 2rem; min-width: 3rem; }
.flow.down .escrow .rate { white-space: nowrap; }
.flow.down .moves span { display: block; white-space: nowrap; text-align: left; }
.flow.down .moves span::after { content: none; }
.flow.down .pool { text-align: left; }
.controls { display: flex; flex-wrap: wrap; gap: .6rem 1.6rem; padding-top: .4rem; }
.controls[hidden] { display: none; }
.choice { display: flex; flex-wrap: wrap; gap: .35rem; align-items: center; }
.choice .label { color: var(--muted); margin-right: .2rem; font-size: .9rem; }

.events { padding: .3rem 1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; max-height: 17rem; overflow-y: auto; }
.events ol { list-style: none; margin: 0; padding: 0; }
.events ol:empty::after { content: "Nothing yet."; color: var(--muted); }
.events li { display: flex; gap: .8rem; padding: .3rem 0; border-bottom: 1px solid var(--line); }
.events li:last-child { border-bottom: 0; }
.events time { color: var(--muted); font-variant-numeric: tabular-nums; }
.events .outside { font-weight: 650; }
.events span { overflow-wrap: anywhere; }

.panel {
  display: grid; grid-template-columns: minmax(0, 2.3fr) minmax(220px, 1fr); gap: 1.5rem; align-items: start;
  background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem; margin: 0 0 1.25rem;
}
.panel.whole { grid-template-columns: minmax(0, 1fr); gap: .8rem; }
figure { margin: 0; min-width: 0; }
.chart { min-height: 300px; }
.chart svg { display: block; max-width: 100%; }
.numbers { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; margin: .5rem 0 0; padding: 0; list-style: none; font-size: .9rem; }
.legend li { display: flex; align-items: center; gap: .45rem; }
.swatch { width: 26px; height: 12px; flex: none; }
.note { color: var(--muted); font-size: .92rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .95rem; }
th, td { text-align: right; padding: .45rem .7rem; border-bottom: 1px solid var(--line); white-space: nowrap; font-weight: 400; }
th:first-child { text-align: left; }
thead th { color: var(--muted); font-weight: 600; }
tfoot td, tfoot th { font-weight: 700; border-bottom: 0; }
.downloads { display: flex; flex-wrap: wrap; gap: .6rem; }
.download { color: var(--accent); border: 1px solid currentColor; border-radius: 7px; padding: .35rem .8rem; text-decoration: none; }
@media (max-width: 900px) {
  .panel { grid-template-columns: minmax(0, 1fr); }
}
@media (max-width: 600px) {
  main { padding: 1.2rem .7rem 3rem; }
  #now { padding: .9rem .7rem; }
  .panel { padding: .9rem .7rem; }
  .numbers { display: block; }
}
@media print {
  body { background: none; }
  .panel, .tile { break-inside: avoid; }
}
`;
