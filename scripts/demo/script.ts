import { failure, text, tool, tools, type ScriptInput } from '../../src/testing/index.ts'

const pace = { chunkChars: 6, delayMs: 20 }

/** What is asked. With a real model the prompts have to say it all. */
export const prompts = {
  run: 'Read horses.txt with the Bash tool (cat horses.txt) and tell me in one sentence who is in the stable.',
  road:
    'Run exactly this with the Bash tool, then tell me in one short sentence that it is over: ' +
    "bash -c 'for i in 1 2 3; do sleep 1; done; echo the road is clear'",
  door: 'Ask me with the AskUserQuestion tool which colour the stable door should have, red or green; then confirm it in one sentence.',
  well:
    'Run exactly this with the Bash tool, then tell me in one short sentence what it printed: ' +
    'touch well.txt && echo the well is dug',
  feast:
    'Plan the feast: make two tasks with create_task, "Count the horses in horses.txt." and ' +
    '"Say in three words what horses eat.", wait for both with wait_for_tasks, and sum up in one sentence.',
}

const toRoad = { lastUserText: 'the road is clear' }
const toDoor = { lastUserText: 'the stable door' }
const toWell = { anyText: 'the well is dug' }
const toFeast = { anyText: 'Plan the feast' }
const dig = { command: 'touch well.txt && echo the well is dug' }
const horses = { title: 'Horses', prompt: 'Count the horses in horses.txt.' }
const hay = { title: 'Hay', prompt: 'Say in three words what horses eat.' }

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
  // The tasks' own conversations; the feast's has their words too, but not at the beginning of a line.
  text('Three.', { when: { lastUserText: '/^Count the horses/m' } }),
  text('Hay and oats.', { when: { lastUserText: '/^Say in three/m' } }),
  tools(
    [
      { name: 'mcp__hostler__create_task', input: horses },
      { name: 'mcp__hostler__create_task', input: hay },
    ],
    { when: toFeast },
  ),
  tool('mcp__hostler__wait_for_tasks', {}, { when: toFeast }),
  text('Hay and oats for three.', { pace, when: toFeast }),
  tool('Bash', dig, { when: toWell }),
  failure.usageLimit({ resetsInS: 600 }, { when: toWell }),
  tool('Bash', dig, { when: toWell }),
  text('It printed: the well is dug.', { pace, when: toWell }),
]
