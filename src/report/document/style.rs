//! How a paper looks in a browser and in print: one column on a screen, A4 on paper, no colour that carries
//! a meaning alone.

/// The page of a paper: its colours, its letters and its head.
pub const PAGE: &str = "\
:root { color-scheme: light; --ink: #1a1a1a; --soft: #4a4a4a; --line: #8c8c8c; --tint: #f2f4f7; --link: #00508c; }
* { box-sizing: border-box; }
html { font: 1rem/1.5 Arial, 'Liberation Sans', Helvetica, 'DejaVu Sans', sans-serif; color: var(--ink); background: #fff; }
body { max-width: 56rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { overflow-wrap: anywhere; font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; }
.subtitle { color: var(--soft); margin: 0 0 1.5rem; }
";

/// What stands in a paper: headings, facts, tables, charts, quoted texts and the foot. Colours are the
/// page's: `--ink`, `--soft`, `--line`, `--tint` and `--link`.
pub const BLOCKS: &str = "\
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2rem 0 .5rem; padding-top: .5rem; border-top: 2px solid var(--ink); }
h3 { font-size: 1.05rem; margin: 1.25rem 0 .25rem; }
p, ul { margin: 0 0 .75rem; }
ul { padding-left: 1.25rem; }
li { margin-bottom: .35rem; }
p, li, dd { overflow-wrap: break-word; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, .wide:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .75rem; margin: 0 0 1rem; padding: 0; }
.facts div { background: var(--tint); border-left: 4px solid var(--ink); padding: .5rem .75rem; break-inside: avoid; }
.facts dt { font-size: .9rem; color: var(--soft); }
.facts dd { margin: 0; }
.facts dd.value { font-size: 1.35rem; font-weight: 700; line-height: 1.25; }
.facts dd.base { font-size: .85rem; color: var(--soft); }
.wide { overflow-x: auto; margin: 0 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; }
th, td { padding: .25rem .5rem; border-bottom: 1px solid #d0d0d0; vertical-align: top; text-align: left; }
thead th { border-bottom: 2px solid var(--line); vertical-align: bottom; }
tbody th { font-weight: 400; }
.figures { text-align: right; }
td.figures { white-space: nowrap; }
.note { font-size: .85rem; color: var(--soft); margin: -.5rem 0 1rem; }
figure { margin: 0 0 1.25rem; break-inside: avoid; }
figure > .wide { margin: 0; }
figure svg { display: block; width: 100%; max-width: 50rem; height: auto; }
details { font-size: .9rem; }
summary { cursor: pointer; color: var(--link); min-height: 1.5rem; }
.quoted { border: 2px solid var(--ink); padding: 1rem 1.25rem; margin: 0 0 1rem; max-width: 40rem; break-inside: avoid; }
.quoted .label { font-size: .85rem; color: var(--soft); }
.quoted .answer { display: flex; justify-content: space-between; max-width: 14rem; font-weight: 700; margin: .35rem 0; }
.quoted .box { display: inline-block; width: 1.5rem; height: 1.5rem; border: 2px solid var(--ink); }
.small { font-size: .9rem; }
footer { margin-top: 2rem; padding-top: .5rem; border-top: 1px solid var(--line); font-size: .85rem; color: var(--soft); overflow-wrap: anywhere; }
@media screen and (max-width: 40rem) {
table { width: max-content; min-width: 100%; }
th, td { max-width: 11rem; }
caption { position: sticky; left: 0; max-width: calc(100vw - 2rem); }
figure svg { width: 42rem; max-width: none; }
}
";

/// All of it on paper: A4, without what is for the screen alone.
pub const PRINT: &str = "\
@page { size: A4; margin: 11mm 13mm 13mm; @bottom-right { content: counter(page) ' / ' counter(pages); font: 8pt sans-serif; color: #4a4a4a; } }
@media print {
html { font-size: 8.6pt; line-height: 1.28; }
body { max-width: none; padding: 0; }
h1 { font-size: 15pt; }
.subtitle { margin-bottom: .75rem; }
h2 { font-size: 11.5pt; margin: .8rem 0 .35rem; padding-top: .3rem; border-top-width: 1px; break-after: avoid; }
p, ul { margin-bottom: .4rem; }
li { margin-bottom: .15rem; }
th, td { padding: .1rem .4rem; }
.facts { grid-template-columns: repeat(3, 1fr); gap: .4rem; margin-bottom: .5rem; }
.facts div { padding: .25rem .5rem; }
.facts dd.value { font-size: 1.2rem; }
.wide { margin-bottom: .5rem; }
.note { margin: -.3rem 0 .5rem; }
figure { margin-bottom: .5rem; }
figure svg { width: 77%; }
.quoted { padding: .5rem 1rem; margin-bottom: .5rem; max-width: none; }
.quoted p { margin-bottom: .25rem; }
.quoted .box { width: 1rem; height: 1rem; }
footer { margin-top: .8rem; }
h3, caption { break-after: avoid; }
tr { break-inside: avoid; }
details, .on-screen { display: none; }
.small { font-size: 7pt; line-height: 1.2; columns: 2; column-gap: 6mm; }
.small table { font-size: inherit; }
.wide { overflow: visible; break-inside: avoid; }
.note { break-before: avoid; }
a { color: inherit; text-decoration: none; }
}
";
