import { createHmac } from 'node:crypto'

/**
 * Headers by which the receiver knows who sent it, and that it is no repeat: Standard Webhooks 1.0
 * (https://github.com/standard-webhooks/standard-webhooks). `secret` is `whsec_` and base64.
 */
export function signWebhook(
  message: { id: string; body: string; sentAtMs: number },
  secret: string,
): Record<string, string> {
  const timestamp = String(Math.floor(message.sentAtMs / 1000))
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key)
    .update(`${message.id}.${timestamp}.${message.body}`)
    .digest('base64')
  return {
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  }
}
