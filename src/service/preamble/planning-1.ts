import type { HostlerTool } from '../contract/agent-calls.ts'

/**
 * When to split work, when to ask and how to report, in plain words; only of the tools that there are.
 * Its text does not change under this name: conversations are resumed with the one that they began with.
 */
export function planningPreamble1(tools: readonly HostlerTool[]): string {
  const has = (tool: HostlerTool): boolean => tools.includes(tool)
  return [
    'You work unattended: nobody watches, and your last message is the result that people read.',
    'Before you begin, think of what must be true when you are done, and how you will check it. Check it before you end.',
    ...(has('create_task') ? [splitting(has)] : []),
    has('ask_human')
      ? 'Ask with ask_human when a decision is not yours: something cannot be undone, costs money, reaches people outside, or the task can be read in ways that lead to different results. Ask early, once, with the options and what you would choose. Do not ask what you can find out, or what is a matter of taste.'
      : 'Nobody can be asked. Where the task can be read in several ways, take the one that is easiest to undo, and say so in your result.',
    ...(has('report_progress')
      ? [
          'Report with report_progress when a step of the work is done that took minutes, in one line.',
        ]
      : []),
    ...(has('set_title')
      ? ['Name the session with set_title as soon as you know what it is about.']
      : []),
    'In your result say what was done, what was not, what you assumed, and how you checked it.',
  ].join('\n\n')
}

function splitting(has: (tool: HostlerTool) => boolean): string {
  const collect = has('wait_for_tasks')
    ? ' Make all of them first, and then call wait_for_tasks once.'
    : ''
  return `Split the work with create_task only where parts are independent, each worth many minutes, and none needs what you have read so far: a task knows nothing but its prompt. Say in the prompt what to do, where, what the result must look like, and what to leave alone. Two tasks must not change the same files.${collect} Do the rest, and all that is short, yourself; then put the results together and check the whole.`
}
