import { z } from 'zod'

/** A question in the form that scripts write it: `{ "text": "…", "options"?: ["…"] }`. */
export type FileQuestion = { text: string; options: string[] }

const schema = z.object({
  text: z.string().trim().min(1),
  options: z.array(z.string().trim().min(1)).max(50).default([]),
})

/**
 * The questions of a file: one JSON object, several, each on a line of its own, or, when it is no JSON
 * (cut off, or another thing), one question of all its words. The same question twice is one.
 */
export function parseQuestions(text: string): FileQuestion[] {
  const words = text.replaceAll('\0', '').trim()
  if (words === '') return []
  const whole = parse(words)
  if (whole !== null) return [whole]
  const lines = words.split('\n').filter((line) => line.trim() !== '')
  const each = lines.map(parse)
  const questions = each.every((one) => one !== null)
    ? each.filter((one) => one !== null)
    : [{ text: words, options: [] }]
  return questions.filter(
    (one, index) => questions.findIndex((other) => isSame(one, other)) === index,
  )
}

function parse(text: string): FileQuestion | null {
  try {
    const parsed = schema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

function isSame(one: FileQuestion, other: FileQuestion): boolean {
  return one.text === other.text
}
