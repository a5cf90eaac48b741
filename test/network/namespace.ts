/**
 * Network namespaces for tests: machines of their own inside of this one, joined by a wire. They need root and a kernel that
 * lets it; elsewhere the tests are skipped, named and counted.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { missing } from '../tools.ts'

function ip(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`)
}

/** A cable between two namespaces. False where the kernel has none. */
function addVeth(one: string, interfaceOfOne: string, other: string, interfaceOfOther: string): boolean {
  const ends = ['type', 'veth', 'peer', 'name', interfaceOfOther, 'netns', other]
  return spawnSync('ip', ['link', 'add', interfaceOfOne, 'netns', one, ...ends]).status === 0
}

/** For `test(name, { skip: noNamespaces() }, …)`. */
export function noNamespaces(): string | false {
  const name = `vd-try-${process.pid}`
  if (spawnSync('ip', ['netns', 'add', name]).status !== 0) return 'needs root and network namespaces'
  const hasVeth = addVeth(name, 'eth0', name, 'eth1')
  spawnSync('ip', ['netns', 'del', name])
  if (hasVeth) return missing('python3')
  try {
    accessSync('/dev/net/tun', constants.W_OK)
  } catch {
    return 'needs veth or /dev/net/tun'
  }
  return missing('python3')
}

/** The one that a namespace names; nobody answers there. */
export const NAME_SERVER = '10.77.0.8'

let count = 0
const standing = new Set<Namespace>()

/** For the end of a test, however it went. */
export async function removeAll(): Promise<void> {
  for (const machine of standing) await machine.remove()
}

/** A machine with nothing but its loopback interface. */
export class Namespace {
  readonly name = `vd-${process.pid}-${++count}`
  /** Of programs started there. No nmcli of theirs may reach the NetworkManager of this machine. */
  readonly environment: Record<string, string> = { DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nowhere' }
  readonly #etc = join('/etc/netns', this.name)
  readonly #children = new Set<ChildProcess>()

  constructor() {
    // What is mounted over /etc of programs started there: a DHCP client must not write the name servers of this machine.
    mkdirSync(this.#etc, { recursive: true })
    const servers = `# ${this.name}\nnameserver ${NAME_SERVER}\n`
    writeFileSync(join(this.#etc, 'resolv.conf'), servers)
    ip('netns', 'add', this.name)
    standing.add(this)
    const seen = this.run('cat', '/etc/resolv.conf')
    if (seen !== servers) throw new Error('/etc/resolv.conf would be that of this machine')
    this.ip('link', 'set', 'lo', 'up')
  }

  /** `ip` on that machine. */
  ip(...args: readonly string[]): void {
    ip('-n', this.name, ...args)
  }

  /** Starts a program there; it is ended with the namespace. */
  start(program: string, ...args: readonly string[]): ChildProcess {
    return this.#add(
      spawn('ip', ['netns', 'exec', this.name, program, ...args], {
        stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
        env: { ...process.env, ...this.environment },
      }),
    )
  }

  /** Runs a program there to its end and gives what it printed. */
  run(program: string, ...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync('ip', ['netns', 'exec', this.name, program, ...args], {
      encoding: 'utf8',
      timeout: 20_000,
      env: { ...process.env, ...this.environment },
    })
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}${stdout}`)
    return stdout
  }

  /** A wire from `eth0` of this machine to an interface of another; both are up, without addresses. */
  async plugInto(other: Namespace, interfaceThere: string): Promise<void> {
    if (!addVeth(this.name, 'eth0', other.name, interfaceThere)) await this.#wireTo(other, interfaceThere)
    for (const [machine, name] of [
      [this, 'eth0'],
      [other, interfaceThere],
    ] as const) {
      machine.ip('link', 'set', name, 'up')
      machine.ip('route', 'replace', '224.0.0.0/4', 'dev', name)
    }
  }

  /** For kernels without veth. */
  async #wireTo(other: Namespace, interfaceThere: string): Promise<void> {
    const script = join(import.meta.dirname, '../peers/wire.py')
    const args = [script, this.name, 'eth0', other.name, interfaceThere]
    const wire = this.#add(spawn('python3', args, { stdio: ['ignore', 'pipe', 'inherit'] }))
    await Promise.race([
      once(wire.stdout!, 'data'),
      once(wire, 'exit').then(() => Promise.reject(new Error('the wire broke'))),
    ])
  }

  async remove(): Promise<void> {
    standing.delete(this)
    const children = [...this.#children]
    await Promise.all(
      children.map((child) => {
        const exit = once(child, 'exit')
        child.kill('SIGKILL')
        return exit
      }),
    )
    // What those have started in turn.
    const { stdout } = spawnSync('ip', ['netns', 'pids', this.name], { encoding: 'utf8' })
    for (const pid of stdout.split('\n').filter((line) => line !== '')) end(Number(pid))
    spawnSync('ip', ['netns', 'del', this.name])
    rmSync(this.#etc, { recursive: true, force: true })
  }

  #add(child: ChildProcess): ChildProcess {
    this.#children.add(child)
    child.once('exit', () => this.#children.delete(child))
    return child
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** Two machines with a wire between them: `eth0` on both, 10.77.0.1 and 10.77.0.2. */
export async function twoMachines(): Promise<readonly [Namespace, Namespace]> {
  const [one, other] = [new Namespace(), new Namespace()]
  await one.plugInto(other, 'eth0')
  one.ip('addr', 'add', '10.77.0.1/24', 'dev', 'eth0')
  other.ip('addr', 'add', '10.77.0.2/24', 'dev', 'eth0')
  return [one, other]
}
