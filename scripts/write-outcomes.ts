import { writeFileSync } from 'node:fs'
import { outcomesPage } from './outcomes-page.ts'

// Writes docs/outcomes.md anew from the table that runs go by.
writeFileSync(new URL('../docs/outcomes.md', import.meta.url), outcomesPage())
