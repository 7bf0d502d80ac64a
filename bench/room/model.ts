// The scripted model in a process of its own: node model.ts <script as JSON>. Ends with its parent.
import { startScriptedModel } from '../../src/testing/index.ts'

const model = await startScriptedModel({ script: JSON.parse(process.argv[2] ?? '[]') })
process.on('disconnect', () => void model.close())
process.send?.(model.url)
