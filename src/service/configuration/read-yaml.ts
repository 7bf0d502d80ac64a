import { isNode, LineCounter, parseDocument } from 'yaml'
import { hostlerError } from '../../errors.ts'

/** What a YAML text holds, and where: `locate` gives `hostler.yaml:12:5` for a path of keys. */
export type ReadYaml = { value: unknown; locate: (path: readonly PropertyKey[]) => string }

/**
 * Reads YAML 1.2; JSON is YAML too. Keys that are given twice are refused.
 * @throws HostlerError `config_invalid` with line and column
 */
export function readYaml(text: string, { name }: { name: string }): ReadYaml {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${name}:${line}:${col}`
  }
  const [error] = [...document.errors, ...document.warnings]
  if (error !== undefined) throw invalid(at(error.pos[0]), error.message)

  return {
    value: toValue(),
    locate(path) {
      for (let length = path.length; length > 0; length--) {
        const keys = path.slice(0, length)
        const node: unknown = document.getIn(keys, true)
        if (isNode(node) && node.range) return at(node.range[0])
      }
      return name
    },
  }

  function toValue(): unknown {
    try {
      // A few kilobytes of aliases that name aliases would fill all memory.
      return document.toJS({ maxAliasCount: 100 })
    } catch (error) {
      throw invalid(name, error instanceof Error ? error.message : String(error))
    }
  }
}

function invalid(path: string, message: string): Error {
  const problem = message.replace(/\s+/g, ' ')
  return hostlerError('config_invalid', { path, problem, cure: 'correct the YAML there' })
}
