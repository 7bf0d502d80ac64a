#!/usr/bin/env node
// Runs on any Node, however old, to say which one is needed.
var parts = process.versions.node.split('.')
var major = Number(parts[0])
var isNewEnough = major > 22 || (major === 22 && Number(parts[1]) >= 13)
if (isNewEnough) {
  import('../dist/cli/main.js').catch(function (error) {
    process.stderr.write('hostler: ' + ((error && error.stack) || error) + '\n')
    process.exitCode = 1
  })
} else {
  process.stderr.write(
    'hostler: needs Node 22.13 or newer, and this is ' +
      process.versions.node +
      '; run it with a newer one: npx -y -p node@24 -p hostler hostler ' +
      (process.argv.slice(2).join(' ') || '--help') +
      '\n',
  )
  process.exitCode = 1
}
