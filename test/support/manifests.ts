import { readdir } from 'node:fs/promises'
import { expect } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { readProjectFile } from '../docs/run-example.ts'

/** Where the manifests are. */
export const folder = 'deploy/kubernetes'
/** Of a pod. */
export const labels = z.record(z.string(), z.string())
const selector = z.looseObject({ matchLabels: labels })
const container = z.looseObject({
  image: z.literal('hostler'),
  args: z.array(z.string()),
  env: z.array(z.looseObject({ name: z.string() })).default([]),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.int() })).default([]),
  resources: z.looseObject({ requests: z.looseObject({}), limits: z.looseObject({}) }),
  securityContext: z.looseObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  volumeMounts: z.array(z.looseObject({ name: z.string() })).default([]),
})
const pod = z.looseObject({
  automountServiceAccountToken: z.literal(false),
  securityContext: z.looseObject({
    runAsNonRoot: z.literal(true),
    runAsUser: z.literal(1000),
    seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
  }),
  terminationGracePeriodSeconds: z.int().optional(),
  containers: z.tuple([container]),
  volumes: z.array(z.looseObject({ name: z.string() })).default([]),
})
const workload = z.looseObject({
  kind: z.enum(['Deployment', 'Job']),
  spec: z.looseObject({
    selector: selector.optional(),
    template: z.looseObject({ metadata: z.looseObject({ labels }), spec: pod }),
  }),
})
/** What KEDA takes. */
export const scaledObject = z.looseObject({
  spec: z.looseObject({
    scaleTargetRef: z.strictObject({ name: z.string() }),
    maxReplicaCount: z.int(),
    triggers: z.tuple([
      z.looseObject({
        type: z.literal('postgresql'),
        authenticationRef: z.strictObject({ name: z.string() }),
        metadata: z.strictObject({ targetQueryValue: z.string(), query: z.string() }),
      }),
    ]),
  }),
})
const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
})

type Manifest = z.infer<typeof manifest>
type Workload = z.infer<typeof workload>

/** All that the kustomization names, which is all that is there. */
export async function readManifests(): Promise<Manifest[]> {
  const { resources } = z
    .looseObject({ resources: z.array(z.string()) })
    .parse(parse(await readProjectFile(`${folder}/kustomization.yaml`)))
  const files = await readdir(new URL(`../../${folder}`, import.meta.url))
  expect(files.toSorted()).toEqual([...resources, 'kustomization.yaml'].toSorted())
  const texts = await Promise.all(resources.map((file) => readProjectFile(`${folder}/${file}`)))
  return texts.flatMap((text) =>
    parseAllDocuments(text).map((document) => {
      expect(document.errors).toEqual([])
      return manifest.parse(document.toJS())
    }),
  )
}

/** The one of that kind and name. */
export async function findManifest(kind: string, name: string): Promise<Manifest> {
  const all = await readManifests()
  const found = all.find((it) => it.kind === kind && it.metadata.name === name)
  if (found === undefined) throw new Error(`no ${kind} ${name}`)
  return found
}

/** What has pods, each as strict as a restricted namespace wants it. */
export async function readWorkloads(): Promise<Workload[]> {
  const all = await readManifests()
  return all
    .filter(({ kind }) => ['Deployment', 'Job'].includes(kind))
    .map((it) => workload.parse(it))
}
