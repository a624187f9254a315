/** Style of the report: it needs no network, and follows the reader's light or dark. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1a2130; --soft: #5a6677; --line: #dfe4eb; --paper: #ffffff; --panel: #f6f8fa; --accent: #0b6e99; --mark: #c2410c; --best: #15803d; --other: #6d5bbf; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ebf1; --soft: #9ba8b8; --line: #2c3642; --paper: #11161d; --panel: #181f28; --accent: #5cb8de; --mark: #fb923c; --best: #4ade80; --other: #b3a4f5; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
header { border-bottom: 1px solid var(--line); padding-bottom: 1.25rem; margin-bottom: 1.75rem; }
.brand { color: var(--accent); font-weight: 600; font-size: .9rem; margin: 0; }
h1 { font-size: 1.75rem; line-height: 1.3; margin: .15rem 0 .4rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
.meta { color: var(--soft); margin: 0; overflow-wrap: anywhere; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .75rem; margin: 0; }
.figure { background: var(--panel); border: 1px solid var(--line); border-radius: .7rem; padding: .85rem 1.1rem; }
.figure dt { color: var(--soft); font-size: .88rem; }
.figure dd { margin: 0; font-size: 1.9rem; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; }
.figure dd.interval { color: var(--soft); font-size: .85rem; font-weight: 400; }
.says { padding: 0; margin: 1.25rem 0 0; list-style: none; }
.says li { padding: .15rem 0; }
.plot { display: flex; flex-wrap: wrap; gap: 1rem 2rem; align-items: flex-start; }
figure { margin: 0; flex: 1 1 30rem; max-width: 40rem; }
figcaption { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; color: var(--soft); font-size: .88rem; padding: .25rem 0 0 3rem; }
figcaption span::before { content: ""; display: inline-block; width: .7rem; height: .7rem; border-radius: 50%; margin-right: .5rem; vertical-align: -.05rem; border: 3px solid var(--mark); background: var(--mark); }
figcaption span.best::before { border-color: var(--best); background: none; }
figcaption span.other::before { border-color: var(--other); background: var(--other); }
.compare td:not(:first-child), .compare th:not(:first-child) { text-align: right; }
.compare + p { margin: .75rem 0 0; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font-size: 13px; font-variant-numeric: tabular-nums; }
circle.now { fill: var(--mark); stroke: var(--paper); stroke-width: 1.5; } circle.best { fill: var(--paper); stroke: var(--best); stroke-width: 3; } circle.other { fill: var(--other); stroke: var(--paper); stroke-width: 1.5; }
path.now { stroke: var(--mark); } path.best { stroke: var(--best); } path.other { stroke: var(--other); }
svg text.name { font-size: 14px; font-weight: 600; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
svg text.now { fill: var(--mark); } svg text.best { fill: var(--best); } svg text.other { fill: var(--other); }
svg text.axis { fill: var(--ink); } svg text.level { font-size: 11px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .45rem .9rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; font-size: .88rem; white-space: nowrap; }
.thresholds { flex: 0 1 auto; }
.lines { width: 100%; } .lines td:not(:last-child) { white-space: nowrap; } .lines td:last-child { width: 100%; overflow-wrap: anywhere; min-width: 16rem; }
.tag { display: inline-block; border-radius: 1rem; padding: 0 .6rem; font-size: .85rem; color: var(--mark); border: 1px solid currentColor; }
.tag.missed { color: var(--accent); }
footer { margin-top: 3rem; color: var(--soft); font-size: .88rem; }
@media (max-width: 34rem) { main { padding: 1.25rem 1rem 3rem; } h1 { font-size: 1.4rem; } .figures { grid-template-columns: 1fr 1fr; } .figure { padding: .7rem .8rem; } .figure dd { font-size: 1.5rem; } .figure dd.interval { font-size: .78rem; } figcaption { padding-left: 0; } svg text { font-size: 17px; } svg text.name { font-size: 20px; } svg text.level { font-size: 15px; }th, td { padding-right: .6rem; } .lines thead { display: none; } .lines tr { display: flex; flex-wrap: wrap; border-bottom: 1px solid var(--line); } .lines td { border: 0; padding: .25rem .9rem .25rem 0; } .lines td:last-child { flex: 1 0 100%; min-width: 0; padding-bottom: .6rem; } }
@media print { main { padding: 0; } }
`;
