import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startAgent, type AgentOptions } from '../../src/agent/index.ts'
import {
  copyTranscript,
  restoreTranscript,
} from '../../src/service/transcripts/restore-transcript.ts'
import { saveTranscript } from '../../src/service/transcripts/save-transcript.ts'
import { findTranscript } from '../../src/service/transcripts/transcript-path.ts'
import { startScriptedModel, text } from '../../src/testing/index.ts'
import { countInConversation, lastPrompt } from '../support/conversation.ts'
import { openFilesWorld } from '../support/files-world.ts'
import { isolatedEnv, realClaudes } from '../support/real-claude.ts'
import { addSession } from '../support/stored-sessions.ts'

describe.each(realClaudes)('claude $version', ({ path: claudeBin }) => {
  test('a conversation goes on in another home and another folder', async () => {
    await using world = await openFilesWorld()
    const script = ['ANSWER-1', 'ANSWER-2', 'ANSWER-3', 'ANSWER-4'].map((one) => text(one))
    await using model = await startScriptedModel({ script })
    const { context } = await world.machine('a')
    const session = await addSession(world.store)
    const { id: sessionId, fence } = session

    async function openHome(name: string, folder: string) {
      const home = join(world.path, name)
      const cwd = join(world.roots, folder)
      await mkdir(cwd)
      const env = await isolatedEnv(home, model.url)
      const options = { dir: join(world.path, `data-${name}`), cwd, claudeBin }
      const start = (more: Partial<AgentOptions> = {}) =>
        startAgent({ ...options, ...more }, { env })
      return { claudeDir: join(home, '.claude'), cwd, start }
    }

    // A long one: its name is cut by the CLI.
    const a = await openHome('home-a', `first_folder.with é ${'long'.repeat(50)}`)
    let claudeSessionId = ''
    let firstBytes = 0
    {
      await using agent = await a.start()
      for (const prompt of ['PROMPT-1', 'PROMPT-2']) {
        const result = await agent.turn(prompt).result
        expect(result.outcome).toBe('ok')
        claudeSessionId = String(result.sessionId)
        // Right after the end of the turn, with the agent alive, as a worker does it.
        const uuid = String(result.lastMessageUuid)
        const source = { ...a, sessionId, fence, claudeSessionId }
        const saved = await saveTranscript(context, { ...source, until: { uuid } })
        firstBytes ||= saved.bytes
        const written = await findTranscript(source)
        const lines = (await readFile(String(written), 'utf8')).slice(0, saved.bytes)
        expect(lines).toContain(`"uuid":"${uuid}"`)
      }
    }
    const b = await openHome('home-b', 'second')
    const target = { sessionId, claudeSessionId, claudeDir: b.claudeDir, cwd: b.cwd }
    const restored = await restoreTranscript(context, { ...target, tookOver: true })
    expect(restored.state).toBe('restored')
    {
      await using agent = await b.start({ resume: claudeSessionId })
      const result = await agent.turn('PROMPT-3').result
      expect(result).toMatchObject({ outcome: 'ok', text: 'ANSWER-3', sessionId: claudeSessionId })
    }
    const request = lastPrompt(model)
    for (const said of ['PROMPT-1', 'ANSWER-1', 'PROMPT-2', 'ANSWER-2', 'PROMPT-3']) {
      expect([said, countInConversation(request, said)]).toEqual([said, 1])
    }
    // The second machine's growth is stored on top of the first one's.
    const { bytes } = await saveTranscript(context, { ...target, fence, until: 'now' })
    expect(bytes).toBeGreaterThan(firstBytes)

    // A fork after the first turn knows that one only.
    const as = crypto.randomUUID()
    const copy = await copyTranscript(context, { ...target, as, bytes: firstBytes })
    {
      await using agent = await b.start({ resume: String(copy) })
      const result = await agent.turn('PROMPT-4').result
      expect(result).toMatchObject({ outcome: 'ok', text: 'ANSWER-4' })
    }
    const forked = lastPrompt(model)
    expect(countInConversation(forked, 'ANSWER-1')).toBe(1)
    expect(countInConversation(forked, 'PROMPT-2')).toBe(0)
  })
})
