import type { Reply, ScriptedReply } from '../../src/testing/index.ts'

/** What the model says to the real CLI: the same deeds as those of the fake. */
export const replyTo: ScriptedReply = ({ lastUserText, hasToolResult }): Reply => {
  const [name = '', deed = '', ms = '0'] = lastUserText.split(' ')
  const done: Reply = { text: `${name} done` }
  if (hasToolResult) return done
  switch (deed) {
    case 'stream':
      return { ...done, pace: { chunkChars: 1, delayMs: Math.round(Number(ms) / 10) } }
    case 'tool':
      return { tools: [{ name: 'Bash', input: { command: `sleep ${Number(ms) / 1000}` } }] }
    case 'ask':
      return { tools: [{ name: 'Bash', input: { command: `touch ${name}` } }] }
    case 'fail':
      // What the API has against a prompt each time would put its session into quarantine.
      return { failure: { kind: 'refusal' } }
    default:
      return { ...done, delayMs: Number(ms) }
  }
}
