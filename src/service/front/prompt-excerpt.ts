import type { Prompt } from '../../agent/index.ts'

const maxLength = 4_000

/** The first 4,000 characters of what a prompt says in words: for lists, search and the log. */
export function promptExcerpt(prompt: Prompt): string {
  const text = typeof prompt === 'string' ? prompt : textOf(prompt)
  // Half of a character that takes two places is none.
  return text.slice(0, maxLength).replace(/[\uD800-\uDBFF]$/, '')
}

function textOf(blocks: Exclude<Prompt, string>): string {
  return blocks
    .flatMap((block) => (block.type === 'text' ? [block.text] : [`[${block.title ?? block.type}]`]))
    .join('\n')
}
