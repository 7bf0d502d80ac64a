import { z } from 'zod'
import type {
  AgentQuestion,
  AgentSelf,
  AskedQuestion,
  NewProgress,
  NewTask,
  TaskInfo,
} from '../contract/agent-calls.ts'
import { id, line, profileName, storableText, title, whole } from './fields.ts'
import { runStateSchema } from './session-schema.ts'

const wordy = storableText.refine((value) => value.trim() !== '' && value.length <= 20_000, {
  error: 'a text of 1 to 20000 characters',
})

export const agentQuestionSchema: z.ZodType<AgentQuestion> = z.strictObject(
  {
    text: wordy.describe('The question, with all that a human needs to know to answer it.'),
    options: z
      .array(line(500), { error: 'an array of texts' })
      .min(2, { error: 'at least two options, or none for an answer in words' })
      .max(20, { error: 'at most 20 options' })
      .refine((all) => new Set(all).size === all.length, { error: 'options that differ' })
      .exactOptional()
      .describe('Answers to choose from. Without them the human answers in words.'),
    multiSelect: z
      .boolean({ error: 'true or false' })
      .exactOptional()
      .describe('Whether several options may be chosen.'),
  },
  { error: '{ text, options?, multiSelect? }' },
)

export const newTaskSchema: z.ZodType<NewTask> = z.strictObject(
  {
    title: title.describe('A few words to tell it by.'),
    prompt: z
      .string({ error: 'a text' })
      .min(1, { error: 'a text that is not empty' })
      .describe('All that the task’s agent is told: it knows nothing of this conversation.'),
    profile: profileName.exactOptional().describe('Default: this agent’s own.'),
    after: z
      .array(id, { error: 'an array of tasks’ ids' })
      .max(100, { error: 'at most 100 tasks' })
      .exactOptional()
      .describe('Ids of tasks that must have ended before this one starts.'),
  },
  { error: '{ title, prompt, profile?, after? }' },
)

export const newProgressSchema: z.ZodType<NewProgress> = z.strictObject(
  {
    text: line(500).describe('One line.'),
    percent: whole({ from: 0, to: 100 }, { unit: 'percent' }).exactOptional(),
  },
  { error: '{ text, percent? }' },
)

export const newTitleSchema: z.ZodType<{ title: string }> = z.strictObject(
  { title },
  { error: '{ title }' },
)

export const taskIdsSchema: z.ZodType<{ ids?: string[] }> = z.strictObject(
  {
    ids: z
      .array(id, { error: 'an array of tasks’ ids' })
      .exactOptional()
      .describe('Only these tasks. Default: all that this run has made.'),
  },
  { error: '{ ids? }' },
)

export const askedQuestionSchema: z.ZodType<AskedQuestion> = z.object({
  id: z.string(),
  state: z.enum(['open', 'answered', 'expired', 'withdrawn']),
  answer: z.string().nullable(),
})

export const taskInfoSchema: z.ZodType<TaskInfo> = z.object({
  id: z.string(),
  title: z.string(),
  state: runStateSchema,
  outcome: z.string().nullable(),
  text: z.string().nullable(),
  error: z.string().nullable(),
  progress: z.string().nullable(),
  costUsd: z.number(),
})

export const agentSelfSchema: z.ZodType<AgentSelf> = z.object({
  runId: z.string(),
  sessionId: z.string(),
  title: z.string().nullable(),
  profile: z.string(),
  state: runStateSchema,
  depth: z.number(),
  tasks: z.array(taskInfoSchema),
})
