/** A supervisor in a process of its own, around the fake camera: `main.ts DATA`. */
import { join } from 'node:path'
import { systemClock } from '../../src/base/clock.ts'
import { loadConfig } from '../../src/config/load.ts'
import { always } from '../../src/firmware/program.ts'
import { Supervisor } from '../../src/supervisor.ts'
import { createSupervisorLog } from '../../src/supervisor-log.ts'

const supervisor = new Supervisor({
  config: await loadConfig(new Map([['data', process.argv[2]!]]), {}),
  programs: always(join(import.meta.dirname, 'camera-process.ts')),
  installation: '/nowhere',
  environment: process.env,
  clock: systemClock,
  log: createSupervisorLog('info', (line) => process.stdout.write(line)),
  complain: (sentence) => process.stderr.write(`${sentence}\n`),
  ready: () => process.stdout.write('supervisor knows\n'),
})
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => supervisor.stop())
process.exitCode = await supervisor.run()
