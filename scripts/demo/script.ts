import { text, tool, type ScriptInput } from '../../src/testing/index.ts'

const pace = { chunkChars: 6, delayMs: 20 }

/** What is asked. With a real model the prompts have to say it all. */
export const prompts = {
  run: 'Read horses.txt with the Bash tool (cat horses.txt) and tell me in one sentence who is in the stable.',
  road:
    'Run exactly this with the Bash tool, then tell me in one short sentence that it is over: ' +
    "bash -c 'for i in 1 2 3; do sleep 1; done; echo the road is clear'",
  door: 'Ask me with the AskUserQuestion tool which colour the stable door should have, red or green; then confirm it in one sentence.',
}

const toRoad = { lastUserText: 'the road is clear' }
const toDoor = { lastUserText: 'the stable door' }

/** The model's part; two sessions ask it at the same time. */
export const demoScript: ScriptInput = [
  tool('Bash', { command: 'cat horses.txt' }, { text: 'I look into the stable first.', pace }),
  text('Three horses are in the stable: Bess, Captain and Duchess.', { pace }),
  tool(
    'Bash',
    { command: "bash -c 'for i in 1 2 3; do sleep 1; done; echo the road is clear'" },
    {
      text: 'I watch the road for three seconds.',
      pace,
      when: { ...toRoad, hasToolResult: false },
    },
  ),
  text('It is over: the road is clear. Nobody noticed that the hostler had changed.', {
    pace,
    when: { ...toRoad, hasToolResult: true },
  }),
  tool(
    'AskUserQuestion',
    {
      questions: [
        {
          question: 'Which colour should the stable door have?',
          header: 'Colour',
          options: [
            { label: 'Red', description: 'seen from afar' },
            { label: 'Green', description: 'goes with the yard' },
          ],
          multiSelect: false,
        },
      ],
    },
    { when: { ...toDoor, hasToolResult: false } },
  ),
  text('Green it is; the painter is told.', { pace, when: { ...toDoor, hasToolResult: true } }),
]
