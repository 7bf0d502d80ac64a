import { checkAgentOptions, HostlerError } from '../../agent/index.ts'
import { hostlerError } from '../../errors.ts'
import { toAgentOptions } from '../configuration/to-agent-options.ts'
import type { ServiceContext } from '../context.ts'
import type { ProfileOptions } from '../contract/profile.ts'
import { findProfile } from '../configuration/find-profile.ts'

/**
 * Refuses options with which no agent could be started, such as a JSON Schema that the CLI would silently
 * ignore: else the run would be taken, and fail. @throws invalid_input, not_found
 */
export function checkOptions(
  context: ServiceContext,
  profile: string,
  options: ProfileOptions,
): void {
  if (Object.keys(options).length === 0) return
  const whole = toAgentOptions(findProfile(context, profile), options)
  try {
    // Whether the profile's mode suits this machine is looked at when the configuration is read.
    checkAgentOptions(whole, { isRoot: false, env: context.env })
  } catch (error) {
    if (!(error instanceof HostlerError) || error.code !== 'invalid_option') throw error
    const field = `options.${error.params['field'] ?? ''}`
    throw hostlerError('invalid_input', { ...error.params, field }, { cause: error })
  }
}
