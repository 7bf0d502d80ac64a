import type { OpenApiDocument } from './document.ts'
import { html, type Markup } from './markup.ts'
import type { Answer, Operation, Parameter } from './operation.ts'
import { operationsByTag, type Chapter } from './operations-by-tag.ts'
import { referenceStyle } from './reference-style.ts'
import type { JsonSchema } from './schemas.ts'
import { descriptionOf, propertiesOf, typeParts } from './type-text.ts'

/** The reference as one page that needs nothing else: no script, no font, no picture. */
export function toReferencePage(document: OpenApiDocument): string {
  const { info, components } = document
  const chapters = operationsByTag(document)
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title} ${info.version}: HTTP API</title>
        <style>
          ${{ markup: referenceStyle }}
        </style>
      </head>
      <body>
        <header>
          <h1>${info.title} <small>${info.version}</small></h1>
        </header>
        <nav>
          ${chapters.map(toContents)}
          <h2><a href="#schemas">Schemas</a></h2>
        </nav>
        <main>
          ${info.description.split('\n\n').map((text) => html`<p>${prose(text)}</p>`)}
          <p>As a document: <a href="/openapi.json">openapi.json</a></p>
          ${chapters.map(toChapter)}
          <h2 id="schemas">Schemas</h2>
          ${Object.entries(components.schemas).map(([name, schema]) => toComponent(name, schema))}
        </main>
      </body>
    </html> `
  return page.markup
}

function toContents({ name, operations }: Chapter): Markup {
  return html`<h2><a href="#${name}">${name}</a></h2>
    <ul>
      ${operations.map(
        ({ operation }) =>
          html`<li><a href="#${operation.operationId}">${operation.summary}</a></li>`,
      )}
    </ul>`
}

function toChapter({ name, description, operations }: Chapter): Markup {
  return html`<h2 id="${name}">${name}</h2>
    <p>${description}</p>
    ${operations.map(({ method, path, operation }) => toSection(`${method} ${path}`, operation))}`
}

function toSection(title: string, operation: Operation): Markup {
  const { operationId, summary, description = '', parameters, requestBody, responses } = operation
  const body = Object.entries(requestBody?.content ?? {})
  return html`<section id="${operationId}">
    <h3><code>${title}</code></h3>
    <p><strong>${summary}.</strong> ${prose(description)}</p>
    ${
      parameters.length === 0
        ? ''
        : html`<h4>Parameters</h4>
            <dl>${parameters.map(toParameter)}</dl>`
    }
    ${
      body.length === 0
        ? ''
        : html`<h4>Body</h4>
            <dl>
              ${body.map(
                ([type, { schema }]) =>
                  html`<dt><code>${type}</code></dt>
                    <dd>${typeHtml(schema)}</dd>`,
              )}
            </dl>`
    }
    <h4>Answers</h4>
    <dl>${Object.entries(responses).map(([status, answer]) => toAnswer(status, answer))}</dl>
  </section> `
}

function toParameter({ name, in: place, required, description, schema }: Parameter): Markup {
  const where = `${place}${required ? ', required' : ''}`
  return html`<dt><code>${name}</code> <small>${where}</small> ${typeHtml(schema)}</dt>
    <dd>${prose(description)}</dd>`
}

function toAnswer(status: string, { description, content = {} }: Answer): Markup {
  const types = Object.entries(content)
    .filter(([type]) => type !== 'application/problem+json')
    .map(([type, { schema }]) => html`<br /><code>${type}</code> ${typeHtml(schema)}`)
  return html`<dt><code>${status}</code></dt>
    <dd>${prose(description)}${types}</dd>`
}

function toComponent(name: string, schema: JsonSchema): Markup {
  const fields = propertiesOf(schema).map(
    (field) =>
      html`<dt>
          <code>${field.name}${field.isRequired ? '' : '?'}</code> ${typeHtml(field.schema)}
        </dt>
        <dd>${prose(descriptionOf(field.schema))}</dd>`,
  )
  const content = fields.length === 0 ? html`<p>${typeHtml(schema)}</p>` : html`<dl>${fields}</dl>`
  return html`<section id="schema-${name}">
    <h3>${name}</h3>
    ${content}
  </section> `
}

function typeHtml(schema: JsonSchema): Markup {
  const parts = typeParts(schema).map(({ text, ref }) =>
    ref === null ? html`${text}` : html`<a href="#schema-${ref}">${text}</a>`,
  )
  return html`<code class="type">${parts}</code>`
}

/** Text with `code` in backticks. */
function prose(text: string): Markup[] {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
}
