// A real gateway on loopback: wechaty-puppet-service's PuppetServer before a puppet of our own.
// Environment: TOKEN, PORT, optionally TLS_CERT and TLS_KEY (files) and LOGIN=no.
// Commands come one JSON a line on stdin, answers go one JSON a line to stdout.
import fs from 'node:fs'
import readline from 'node:readline'
import { performance } from 'node:perf_hooks'

const { TOKEN, PORT, TLS_CERT, TLS_KEY } = process.env
process.env.WECHATY_LOG ??= 'silent'
process.env.WECHATY_PUPPET_SERVICE_NO_TLS_INSECURE_SERVER = TLS_CERT ? 'false' : 'true'
const { PuppetServer } = await import('wechaty-puppet-service')
const { FileBox } = await import('file-box')
const { build, post, reset } = await import('./world.mjs')

const say = value => process.stdout.write(JSON.stringify(value) + '\n')
const now = () => performance.timeOrigin + performance.now()
const { mocker, puppet } = build({ login: process.env.LOGIN !== 'no' })
puppet.on('error', () => {}) // else Node would end here; the server hands it on
const rpcs = {}

const box = ({ name = 'a.bin', kib, base64, url, qrcode }) =>
  url ? FileBox.fromUrl(url, { name })
    : qrcode ? FileBox.fromQRCode(qrcode)
      : FileBox.fromBase64(base64 ?? Buffer.alloc((kib ?? 1) * 1024, 7).toString('base64'), name)
const room = id => mocker.RoomMock.load(id ?? 'gov@chatroom')
const person = id => mocker.ContactMock.load(id)

const commands = {
  reset: () => { reset(puppet) },
  post: c => post(puppet, { ...c, file: c.file && box(c.file) }, c.emit ?? true),
  emit: c => { puppet.emit(c.event, c.payload) },
  // Past the puppet's own listeners, which trip over what is odd; the stream sends it all the same.
  raw: c => { for (const listener of puppet.listeners(c.event)) try { listener(c.payload) } catch {} },
  error: c => { puppet.emit('error', c.plain ?? new Error(c.text ?? 'a puppet error')) },
  join: c => { room(c.room).add(...c.who.map(person)).by(person(c.by ?? 'wang')) },
  leave: c => { room(c.room).remove(...c.who.map(person)).by(person(c.by ?? 'wang')) },
  topic: c => { room(c.room).topic(c.text).by(person('wang')); puppet.dirtyPayload(3, room(c.room).id) },
  // Changes that no event but `dirty` tells of.
  quiet: c => { Object.assign(room(c.room).payload, c.fields); puppet.dirtyPayload(3, room(c.room).id) },
  rename: c => { person(c.who).payload.name = c.name; puppet.dirtyPayload(2, c.who) },
  alias: c => { puppet.roomNames.set(room(c.room).id + c.who, c.name); puppet.dirtyPayload(4, room(c.room).id) },
  befriend: c => { person(c.who).payload.friend = c.yes; puppet.dirtyPayload(2, c.who) },
  request: c => { puppet.friendships.set(c.id, { id: c.id, contactId: c.who, type: 2, hello: '' }); puppet.emit('friendship', { friendshipId: c.id }) },
  set: c => { for (const [k, v] of Object.entries(c.fields)) puppet[k] = Array.isArray(v) ? new Set(v) : v },
  // `from` and `mark` give ids that are the same again after a restart; each `twice`th is told of twice.
  burst: async c => {
    const rooms = c.rooms ?? ['gov@chatroom']
    const started = now()
    for (let i = 0; i < c.n; i++) {
      const k = i + (c.from ?? 0)
      const text = c.words ? `${c.words[k % c.words.length]} ${k}` : `b ${k} ${now()}`
      const id = post(puppet, { id: c.mark && `${c.mark}-${k}`, text, at: c.at,
        room: rooms[k % rooms.length], talker: ['zhang', 'wang'][k & 1] })
      if (c.twice && k % c.twice === 0) puppet.emit('message', { messageId: id })
      if (c.rate) {
        const due = started + (i + 1) * 1000 / c.rate
        if (due - now() > 1) await new Promise(resolve => setTimeout(resolve, due - now()))
      }
    }
    return now() - started
  },
  scan: c => { puppet.emit('scan', { qrcode: c.code ?? 'http://weixin.qq.com/x/abc', status: 2 }) },
  login: () => { puppet.login('bot') },
  logout: () => { puppet.logout('logged out on the phone') },
  until: c => puppet.until(({ name, args }) => name === c.call && (!c.to || args[0] === c.to) &&
    String(args[1] ?? '').includes(c.words ?? '')),
  calls: () => puppet.calls.splice(0),
  rpcs: () => { const found = { ...rpcs }; for (const k in rpcs) delete rpcs[k]; return found },
  state: c => ({ topic: room(c.room).payload.topic, members: room(c.room).payload.memberIdList,
    announced: puppet.announced.get(room(c.room).id) ?? '', remarks: Object.fromEntries(puppet.remarks) }),
}

const server = new PuppetServer({
  endpoint: `127.0.0.1:${PORT}`,
  puppet,
  token: TOKEN,
  tls: TLS_CERT
    ? { serverCert: fs.readFileSync(TLS_CERT, 'utf8'), serverKey: fs.readFileSync(TLS_KEY, 'utf8') }
    : undefined,
})
await server.start()
for (const [path, handler] of server.grpcServer.handlers) {
  const call = handler.func
  const name = path.split('/').pop()
  handler.func = function (...args) { rpcs[name] = (rpcs[name] ?? 0) + 1; return call.apply(this, args) }
}
await puppet.start()

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0))
readline.createInterface({ input: process.stdin })
  .on('line', async line => {
    const command = JSON.parse(line)
    try { say({ seq: command.seq, ok: (await commands[command.do](command)) ?? null }) } catch (e) { say({ seq: command.seq, error: String(e) }) }
  })
  .on('close', () => process.exit(0)) // the test run is gone
say({ ready: PORT })
