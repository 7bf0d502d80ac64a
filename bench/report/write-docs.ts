import { readFile, writeFile } from 'node:fs/promises'

const mark = '<!-- Below: written by `npm run bench -- --docs`. -->\n'

/** Puts the findings into docs/benchmarks.md, in place of the last ones. */
export async function writeDocs(file: URL, findings: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  const at = text.indexOf(mark)
  if (at === -1) throw new Error(`docs/benchmarks.md has lost its mark: ${mark}`)
  await writeFile(file, `${text.slice(0, at)}${mark}\n${findings}`)
}
