// The scripted Messages API
export { startScriptedModel, ScriptedModel } from './scripted-model.ts'
export type { ScriptedModelOptions } from './scripted-model.ts'
export type { ModelRequest, UsedReply } from './model-request.ts'
export { serveScript } from './serve-script.ts'
export type { ServeScriptOptions } from './serve-script.ts'

// Writing scripts
export { content, failure, text, thinking, tool, tools } from './reply-helpers.ts'
export type { FailureHelpers, ReplyExtras } from './reply-helpers.ts'
export { parseScript } from './parse-script.ts'
export type {
  CutPoint,
  Failure,
  Reply,
  ReplyBlock,
  ReplyUsage,
  Script,
  ScriptedReply,
  ScriptInput,
  ToolCall,
  When,
} from './script.ts'

// The fake claude
export { fakeClaudePath, writeFakeClaude } from './write-fake-claude.ts'
export type { FakeScenario, FakeSignal, FakeStep } from './fake/scenario.ts'
