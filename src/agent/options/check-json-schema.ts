type SchemaProblem = { path: string; problem: string; cure: string }

const types = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']
const ofSchemas = ['properties', 'patternProperties', '$defs', 'definitions']
const listsOfSchemas = ['anyOf', 'oneOf', 'allOf', 'prefixItems']
const schemas = ['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains']

/**
 * What is wrong with a JSON Schema for the reply, or null. Only the mistakes that people make are
 * looked for: the CLI compiles the schema, but one that it cannot compile it ignores when it comes in
 * `initialize` (run on 2.1.197 and 2.1.328), and the reply is then without structured output.
 */
export function checkJsonSchema(schema: Record<string, unknown>): SchemaProblem | null {
  if (schema['type'] !== 'object') {
    return {
      path: 'schema.type',
      problem: `must be "object", for the reply is the input of a tool`,
      cure: 'put the value into a property: { type: "object", properties: { value: … } }',
    }
  }
  return checkSchema(schema, 'schema')
}

function checkSchema(schema: unknown, path: string): SchemaProblem | null {
  if (typeof schema === 'boolean') return null
  if (!isObject(schema)) {
    return { path, problem: 'is not a schema', cure: 'give an object, or true or false' }
  }
  return (
    checkType(schema['type'], path) ??
    checkRequired(schema['required'], path) ??
    checkInner(schema, path)
  )
}

function checkInner(schema: Record<string, unknown>, path: string): SchemaProblem | null {
  for (const [name, value] of Object.entries(schema)) {
    const inner = `${path}.${name}`
    const problem = ofSchemas.includes(name)
      ? checkEach(isObject(value) ? Object.entries(value) : null, inner, 'an object of schemas')
      : listsOfSchemas.includes(name)
        ? checkEach(
            Array.isArray(value) ? [...value.entries()] : null,
            inner,
            'an array of schemas',
          )
        : schemas.includes(name) && !Array.isArray(value)
          ? checkSchema(value, inner)
          : null
    if (problem !== null) return problem
  }
  return null
}

function checkEach(
  entries: [string | number, unknown][] | null,
  path: string,
  expected: string,
): SchemaProblem | null {
  if (entries === null) return { path, problem: `is not ${expected}`, cure: `give ${expected}` }
  for (const [name, value] of entries) {
    const problem = checkSchema(value, `${path}.${name}`)
    if (problem !== null) return problem
  }
  return null
}

function checkType(type: unknown, path: string): SchemaProblem | null {
  if (type === undefined) return null
  const named: unknown[] = Array.isArray(type) ? type : [type]
  const odd = named.find((name) => typeof name !== 'string' || !types.includes(name))
  if (odd === undefined && named.length > 0) return null
  return {
    path: `${path}.type`,
    problem: `${JSON.stringify(odd ?? type)} is not a type`,
    cure: `give one of ${types.join(', ')}`,
  }
}

function checkRequired(required: unknown, path: string): SchemaProblem | null {
  if (required === undefined) return null
  if (Array.isArray(required) && required.every((name) => typeof name === 'string')) return null
  const cure = 'give an array of property names'
  return { path: `${path}.required`, problem: 'is not an array of names', cure }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
