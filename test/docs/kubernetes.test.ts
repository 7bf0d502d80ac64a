import { expect, describe, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { parseConfiguration } from '../../src/service/configuration/parse-configuration.ts'
import {
  findManifest,
  folder,
  labels,
  readManifests,
  readWorkloads,
  scaledObject,
} from '../support/manifests.ts'
import { readProjectFile, runHostler } from './run-example.ts'

async function configuration(): Promise<ReturnType<typeof parseConfiguration>> {
  const { data } = z
    .looseObject({ data: z.strictObject({ 'hostler.yaml': z.string() }) })
    .parse(await findManifest('ConfigMap', 'hostler'))
  return parseConfiguration(parse(data['hostler.yaml']), {
    baseDir: '/etc/hostler',
    dataDir: '/data',
    env: {},
    database: 'postgres://hostler@db/hostler',
    isRoot: false,
  })
}

describe('the manifests', () => {
  test('are these, each kind of them once where it must be', async () => {
    const all = (await readManifests()).map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    expect(all.toSorted()).toEqual([
      'ConfigMap hostler',
      'Deployment hostler-api',
      'Deployment hostler-worker',
      'Job hostler-migrate',
      'Namespace hostler',
      'NetworkPolicy hostler-api',
      'NetworkPolicy hostler-worker',
      'PodDisruptionBudget hostler-api',
      'PodDisruptionBudget hostler-worker',
      'ScaledObject hostler-worker',
      'Service hostler',
      'TriggerAuthentication hostler-database',
    ])
  })

  test('name nothing that is not there', async () => {
    const all = await readManifests()
    const text = JSON.stringify(all)
    const pods = (await readWorkloads()).map(({ spec }) => spec.template)
    // Made by hand, as configuration.yaml says.
    const secrets = { 'hostler-database': ['url'], 'hostler-claude': ['CLAUDE_CODE_OAUTH_TOKEN'] }
    const said = await readProjectFile(`${folder}/configuration.yaml`)
    for (const [name, [key]] of Object.entries(secrets)) {
      expect(said).toMatch(new RegExp(`create secret generic ${name} --from-literal=${key}=`))
    }
    for (const [, name = '', key = ''] of text.matchAll(
      /"secretKeyRef":\{"name":"([^"]+)","key":"([^"]+)"/g,
    )) {
      expect(Object.entries(secrets)).toContainEqual([name, [key]])
    }
    for (const [, name] of text.matchAll(/"(?:secretRef|configMap)":\{"name":"([^"]+)"/g)) {
      expect(['hostler-claude', 'hostler']).toContain(name)
    }
    for (const { metadata, spec } of pods) {
      const [{ volumeMounts }] = spec.containers
      expect(volumeMounts.map(({ name }) => name).toSorted()).toEqual(
        spec.volumes.map(({ name }) => name).toSorted(),
      )
      expect(metadata.labels).toHaveProperty(['app.kubernetes.io/component'])
    }
    const podLabels = pods.map(({ metadata }) => metadata.labels)
    for (const [, found = ''] of text.matchAll(/"matchLabels":(\{[^}]*hostler[^}]*\})/g)) {
      if (!found.includes('app.kubernetes.io')) continue
      expect(podLabels).toContainEqual(JSON.parse(found))
    }
    const { spec } = z
      .looseObject({
        spec: z.looseObject({
          selector: labels,
          ports: z.array(z.looseObject({ port: z.int(), targetPort: z.string() })),
        }),
      })
      .parse(await findManifest('Service', 'hostler'))
    const target = pods.find(({ metadata }) =>
      Object.entries(spec.selector).every(([name, value]) => metadata.labels[name] === value),
    )
    const [port] = target?.spec.containers[0].ports ?? []
    expect(spec.ports).toEqual([{ name: 'http', port: 7717, targetPort: port?.name }])
  })

  test('say only what hostler understands', async () => {
    const commands = (await readWorkloads()).map(
      ({ spec }) => spec.template.spec.containers[0].args,
    )
    expect(commands).toEqual([
      ['db', 'migrate'],
      ['serve', '--no-worker', '--host', '0.0.0.0'],
      ['worker'],
    ])
    for (const [command = '', ...rest] of commands) {
      const help = await runHostler([command, ...rest.slice(0, command === 'db' ? 1 : 0), '--help'])
      for (const flag of rest.filter((it) => it.startsWith('--'))) expect(help).toContain(flag)
    }
  })

  test('configure hostler rightly, and leave workers the time to drain', async () => {
    const { limits, agents, server, profiles } = await configuration()
    const [, , worker] = await readWorkloads()
    const seconds = worker?.spec.template.spec.terminationGracePeriodSeconds ?? 0
    expect(seconds * 1000).toBeGreaterThanOrEqual(agents.drainMs + 60_000)
    expect(server.port).toBe(7717)
    expect(Object.values(profiles).map(({ workspace = {} }) => 'git' in workspace)).toEqual([true])
    const { spec } = scaledObject.parse(await findManifest('ScaledObject', 'hostler-worker'))
    const [{ metadata }] = spec.triggers
    expect(Number(metadata.targetQueryValue)).toBe(limits.perWorker)
    expect(spec.maxReplicaCount * limits.perWorker).toBeLessThanOrEqual(limits.running ?? 0)
  })
})
