/** Light and dark as the reader's system is, and one column on a phone. */
export const referenceStyle = `
:root { color-scheme: light dark; --line: light-dark(#d8dade, #3a3d42); --soft: light-dark(#f4f5f7, #1f2226); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 0 1rem 4rem; font: 1rem/1.55 system-ui, sans-serif; color: light-dark(#1b1e23, #e3e5e8); background: light-dark(#fff, #15171a); display: grid; grid-template-columns: 16rem minmax(0, 1fr); column-gap: 2.5rem; }
header { grid-column: 1 / -1; }
nav { font-size: .9rem; position: sticky; top: 0; align-self: start; max-height: 100vh; overflow: auto; padding-bottom: 1rem; }
nav h2 { font-size: 1rem; margin: 1rem 0 .2rem; border: 0; padding: 0; }
nav ul { list-style: none; margin: 0; padding: 0; }
a { color: light-dark(#0a58ca, #79b0ff); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
section { border: 1px solid var(--line); border-radius: .5rem; padding: .2rem 1rem .8rem; margin: 1rem 0; overflow-wrap: anywhere; }
section:target { border-color: light-dark(#0a58ca, #79b0ff); }
h3 { margin: .8rem 0 .4rem; font-size: 1.05rem; }
h4 { margin: 1rem 0 .2rem; font-size: .85rem; text-transform: uppercase; letter-spacing: .04em; }
code { font: .88em ui-monospace, monospace; background: var(--soft); border-radius: .25rem; padding: .05rem .3rem; }
h3 code, .type { background: none; padding: 0; }
small { color: light-dark(#5a6069, #9aa1ab); font-weight: normal; }
dl { margin: 0; } dt { margin-top: .4rem; } dd { margin: 0 0 0 1.2rem; }
@media (max-width: 48rem) { body { display: block; } nav { position: static; max-height: none; } }
`
