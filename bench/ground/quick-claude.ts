import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toProjectName } from '../../src/service/transcripts/transcript-path.ts'

/** A prompt that begins a turn which never ends by itself. */
export const holdPrompt = 'hold'

/**
 * Writes a claude in `sh`, which takes a turn in well under a millisecond, so that what is measured is what
 * stands before and behind it: it answers control requests, and each prompt with one message, in the
 * transcript too, as the CLI does. A turn that holds says nothing more: what it would say is appended to
 * its log by others.
 */
export async function writeQuickClaude(
  dir: string,
  { home, cwd }: { home: string; cwd: string },
): Promise<string> {
  const project = join(home, '.claude', 'projects', toProjectName(cwd))
  await mkdir(project, { recursive: true })
  const path = join(dir, 'claude')
  await writeFile(path, script(project))
  await chmod(path, 0o755)
  return path
}

const script = (project: string): string => `#!/bin/sh
[ "$1" = --version ] && { echo '2.1.328 (Claude Code)'; exit 0; }
for arg do
  case $arg in
    --session-id=*) sid=\${arg#*=} ;;
    --resume=*) sid=\${arg##*[=/]}; sid=\${sid%.jsonl} ;;
  esac
done
transcript='${project}'/$sid.jsonl
pad=$(printf '%01200d' 0)
turn=0
while IFS= read -r line; do
  case $line in
    *'"type":"control_request"'*)
      id=\${line#*\\"request_id\\":\\"}
      printf '{"type":"control_response","response":{"subtype":"success","request_id":"%s","response":{}}}\\n' "\${id%%\\"*}"
      continue ;;
    *'"type":"user"'*) ;;
    *) continue ;;
  esac
  id=\${line##*\\"uuid\\":\\"}
  id=\${id%%\\"*}
  turn=$((turn + 1))
  said=$(($$ * 1000 + turn))
  printf '{"type":"system","subtype":"session_state_changed","state":"running","session_id":"%s"}\\n{"type":"command_lifecycle","command_uuid":"%s","state":"queued"}\\n{"type":"command_lifecycle","command_uuid":"%s","state":"started"}\\n{"type":"system","subtype":"init","session_id":"%s","model":"claude-fake-1","claude_code_version":"2.1.328"}\\n' "$sid" "$id" "$id" "$sid"
  case $line in *'"${holdPrompt}"'*) continue ;; esac
  printf '{"type":"assistant","text":"%s","uuid":"%s"}\\n' "$pad" "$said" >>"$transcript"
  printf '{"type":"assistant","message":{"id":"msg_%s","type":"message","role":"assistant","model":"claude-fake-1","content":[{"type":"text","text":"Hello there."}],"usage":{"input_tokens":12,"output_tokens":5}},"parent_tool_use_id":null,"session_id":"%s","uuid":"%s"}\\n{"type":"result","subtype":"success","is_error":false,"result":"Hello there.","num_turns":1,"total_cost_usd":0,"usage":{"input_tokens":12,"output_tokens":5},"modelUsage":{},"permission_denials":[],"terminal_reason":"completed","session_id":"%s","user_message_uuids":["%s"]}\\n{"type":"command_lifecycle","command_uuid":"%s","state":"completed"}\\n{"type":"system","subtype":"session_state_changed","state":"idle","session_id":"%s"}\\n' "$turn" "$sid" "$said" "$sid" "$id" "$id" "$sid"
done
`
