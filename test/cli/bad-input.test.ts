import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openInn, type Inn } from './run-hostler.ts'

// Everything wrong is told in one line, which names it and what would be right; nothing is begun.
const cases: [string, string[], RegExp][] = [
  ['an unknown flag', ['run', '--modle', 'x', 'hi'], /--modle.*--model/],
  ['an unknown command', ['rnu', 'hi'], /rnu.*run/],
  ['an unknown choice', ['run', '--output', 'yaml', 'hi'], /yaml.*stream-json/],
  ['a flag without its value', ['run', 'hi', '--model'], /--model/],
  ['a duration without a unit', ['run', '--timeout', '90', 'hi'], /90s/],
  ['a duration of nothing', ['run', '--timeout', '0s', 'hi'], /above 0/],
  ['a strange duration', ['run', '--stall-timeout', 'soon', 'hi'], /soon.*10m/],
  ['a number in words', ['run', '--max-turns', 'two', 'hi'], /two.*whole number/],
  ['a number out of range', ['run', '--max-turns', '0', 'hi'], /--max-turns.*0.*from 1/],
  ['no budget', ['run', '--max-budget-usd', '0', 'hi'], /--max-budget-usd.*above 0/],
  ['no prompt', ['run'], /no prompt.*-f/],
  ['an empty prompt', ['run', ''], /prompt.*empty/],
  ['a prompt that is given twice', ['run', '-f', 'prompt.md', 'hi'], /twice/],
  ['a prompt file that is not there', ['run', '-f', 'none.md'], /none\.md.*does not exist/],
  ['a prompt file that is a folder', ['run', '-f', '.'], /folder/],
  ['an attachment that is not there', ['run', '-a', 'x.png', 'hi'], /x\.png.*does not exist/],
  ['an attachment of another kind', ['run', '-a', 'binary', 'hi'], /binary.*PNG/],
  ['a workspace that is not there', ['run', '--cwd', '/nowhere', 'hi'], /--cwd.*\/nowhere.*create/],
  ['a folder that is not there', ['run', '--add-dir', 'nope', 'hi'], /--add-dir.*nope/],
  ['a session that cannot be one', ['run', '--resume', 'last', 'hi'], /--resume.*last.*UUID/],
  ['a session id that is none', ['run', '--session-id', '7', 'hi'], /--session-id.*7.*UUID/],
  ['a fork of nothing', ['run', '--fork-session', 'hi'], /--fork-session.*resume/],
  ['a schema that is not JSON', ['run', '--json-schema', 'x', 'hi'], /--json-schema.*@file/],
  ['a schema file that is no JSON', ['run', '--json-schema', '@prompt.md', 'hi'], /prompt\.md/],
  ['settings that are not there', ['run', '--settings', 'no.json', 'hi'], /--settings.*no\.json/],
  ['MCP servers of no kind', ['run', '--mcp-config', '{"mcpServers":{"a":1}}', 'hi'], /mcpServers/],
  ['a variable without a name', ['run', '--env', '=1', 'hi'], /--env.*NAME=value/],
  ['a variable that hostler needs', ['run', '--env', 'HOSTLER_AGENT_ID=1', 'hi'], /--env/],
  ['a flag of the CLI that is taken', ['run', '--extra-arg', 'print', 'hi'], /--extra-arg.*print/],
  ['a CLI that is not there', ['run', '--claude-bin', '/none/claude', 'hi'], /\/none\/claude/],
  ['a CLI that is none', ['run', '--claude-bin', 'prompt.md', 'hi'], /prompt\.md/],
  [
    'a data folder that is a file',
    ['run', '--data-dir', 'prompt.md', 'hi'],
    /--data-dir.*prompt\.md/,
  ],
  [
    'a data folder that cannot be',
    ['run', '--data-dir', 'prompt.md/data', 'hi'],
    /prompt\.md\/data.*written/,
  ],
  [
    'a time limit for nobody',
    ['run', '--request-timeout', '5s', 'hi'],
    /--request-timeout.*nobody/,
  ],
  ['one object for many turns', ['run', '-i', '-o', 'json'], /--interactive.*stream-json/],
  ['agents of what is no folder', ['agents', '--data-dir', 'prompt.md'], /prompt\.md.*folder/],
  ['attach without an id', ['attach'], /id/],
  ['attach to what cannot be an id', ['attach', 'xyz!'], /xyz!.*hostler agents/],
  ['attach to nobody', ['attach', '01a1f7b0'], /01a1f7b0.*hostler agents/],
  ['stop without saying what', ['stop'], /--all/],
  ['a script that is not there', ['scripted-model', 'no.json'], /no\.json/],
  ['a script with a slip', ['scripted-model', 'script.json'], /replies\[0\].*txt/],
  ['a port out of range', ['scripted-model', 'script.json', '--port', '70000'], /70000.*65535/],
  ['a shell that is not known', ['completion', 'tcsh'], /tcsh.*bash/],
]

describe('bad input', () => {
  let inn: Inn
  beforeAll(async () => {
    inn = await openInn()
    await writeFile(join(inn.workspace, 'prompt.md'), 'hello')
    await writeFile(join(inn.workspace, 'binary'), Buffer.from([1, 0, 2]))
    await writeFile(join(inn.workspace, 'script.json'), '[{"txt": "hello"}]')
  })
  afterAll(async () => await inn[Symbol.asyncDispose]())

  test.for(cases)('%s', async ([, args, said]) => {
    const run = await inn.run(args)
    expect(run.stderr).toMatch(said)
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(existsSync(inn.dataDir)).toBe(false)
  })
})
