import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'vitest'
import type { OpenApiDocument } from '../../src/http/openapi/document.ts'
import type { Operation } from '../../src/http/openapi/operation.ts'

/** Holds answers against what the document says of them. */
export function openApiChecks(document: OpenApiDocument): {
  check(method: string, path: string, answer: Response): Promise<void>
  /** Operations that nothing was checked of. */
  unasked(): string[]
} {
  const ajv = new Ajv2020({ strict: false })
  ajv.addSchema({ $id: 'document', components: document.components })
  const asked = new Set<string>()
  const operations = Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${template}`,
      pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      method: method.toUpperCase(),
      operation,
    })),
  )

  function find(method: string, path: string): { name: string; operation: Operation } {
    const [bare = ''] = path.split('?')
    const found = operations.find((each) => each.method === method && each.pattern.test(bare))
    if (found === undefined) throw new Error(`the document has no ${method} ${path}`)
    return found
  }

  return {
    async check(method, path, answer) {
      const { name, operation } = find(method, path)
      asked.add(name)
      const said = operation.responses[answer.status]
      expect(said, `${name} does not say that it may answer ${answer.status}`).toBeDefined()
      const text = await answer.text()
      const [type = ''] = (answer.headers.get('content-type') ?? '').split(';')
      if (said?.content === undefined) {
        expect([name, text]).toEqual([name, ''])
        return
      }
      const content = said.content[type]
      expect(content, `${name} does not say that it may answer ${type}`).toBeDefined()
      if (content === undefined || !/^application\/(problem\+)?json$/.test(type)) return
      const schema = JSON.parse(
        JSON.stringify(content.schema).replaceAll('"#/components/', '"document#/components/'),
      )
      const validate = ajv.compile(schema)
      const isValid = validate(JSON.parse(text))
      expect([name, isValid, validate.errors]).toEqual([name, true, null])
    },
    unasked: () => operations.map(({ name }) => name).filter((name) => !asked.has(name)),
  }
}
