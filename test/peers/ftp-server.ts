/** vsftpd on loopback with a configuration of its own: an anonymous login that may write. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../free-ports.ts'
import { missing, tool } from '../tools.ts'

export interface FtpServer {
  readonly port: number
  /** What clients see as the root. */
  readonly folder: string
  readonly log: () => string
  stop(): Promise<void>
}

/** Why it cannot be started here, or false. */
export const NO_FTP_SERVER: string | false = missing('vsftpd')

export async function startFtpServer({ extra = [] }: { extra?: readonly string[] } = {}): Promise<FtpServer> {
  const [port] = await freePorts(1)
  const home = mkdtempSync(join(tmpdir(), 'vedette-ftp-'))
  const folder = join(home, 'root')
  const configuration = join(home, 'vsftpd.conf')
  const log = join(home, 'log')
  chmodSync(home, 0o755)
  mkdirSync(join(home, 'empty'))
  mkdirSync(folder)
  const lines = [
    ...['background=NO', 'listen=YES', 'listen_address=127.0.0.1', `listen_port=${port}`],
    ...[
      'anonymous_enable=YES',
      'local_enable=NO',
      'write_enable=YES',
      'no_anon_password=NO',
      'anon_umask=022',
    ],
    ...['anon_upload_enable=YES', 'anon_mkdir_write_enable=YES', 'anon_other_write_enable=YES'],
    ...[`anon_root=${folder}`, 'allow_writeable_chroot=YES', `secure_chroot_dir=${join(home, 'empty')}`],
    // With its own user and root folder it demands more than containers allow.
    'run_as_launching_user=YES',
    ...['seccomp_sandbox=NO', 'isolate=NO', 'isolate_network=NO', 'anon_max_rate=0', 'delay_failed_login=0'],
    ...['log_ftp_protocol=YES', 'xferlog_enable=YES', 'xferlog_std_format=NO', `vsftpd_log_file=${log}`],
    ...extra,
  ]
  writeFileSync(configuration, `${lines.join('\n')}\n`)
  const child = spawn(tool('vsftpd'), [configuration], { stdio: 'ignore' })
  await listening(port!, child)
  return {
    port: port!,
    folder,
    log: () => readFileSync(log, 'utf8'),
    stop: async () => {
      if (child.exitCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      rmSync(home, { recursive: true, force: true })
    },
  }
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 100 && child.exitCode === null; tries += 1) {
    const socket = connect(port, '127.0.0.1')
    const isThere = await new Promise<boolean>((done) => {
      socket.once('connect', () => done(true))
      socket.once('error', () => done(false))
    })
    socket.destroy()
    if (isThere) return
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error(`vsftpd did not start (${child.exitCode})`)
}
