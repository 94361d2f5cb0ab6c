// The people and rooms behind the gateway. Stock PuppetMock fakes most writes; here they happen.
import * as PUPPET from 'wechaty-puppet'
import { PuppetMock, mock } from 'wechaty-puppet-mock'

const { Dirty, Message: T } = PUPPET.types

export class TownPuppet extends PuppetMock {
  constructor (options) {
    super(options)
    this.forget()
  }

  forget () {
    this.calls = []
    this.noted = []
    this.waiting = []
    this.announced = new Map()
    this.remarks = new Map()
    this.roomNames = new Map() // room id + person id → name in the room
    this.urls = new Map()
    this.programs = new Map()
    this.cards = new Map()
    this.friendships = new Map()
    this.broken = new Map() // message id → how many of its payload calls still fail
    this.recall = 'own' // own | lie | any | throw
    this.sendIds = true
    this.echo = true
    this.silent = new Set() // writes that are taken and do nothing
    this.failing = null // text with which every send fails
  }

  note (name, ...args) {
    this.calls.push({ name, args })
    this.noted.push({ name, args })
    for (const look of this.waiting) look()
  }

  // The first call that fits, also one that was made before.
  until (fits) {
    return new Promise(resolve => {
      const look = () => { const call = this.noted.find(fits); if (call) resolve(call) }
      this.waiting.push(look)
      look()
    })
  }

  get self () { return this.mocker.ContactMock.load(this.currentUserId) }

  async messageRawPayload (id) {
    const left = this.broken.get(id) ?? 0
    if (left > 0) { this.broken.set(id, left - 1); throw new Error('payload is not there yet') }
    return super.messageRawPayload(id)
  }

  async messageRecall (id) {
    this.note('messageRecall', id)
    if (this.recall === 'throw') throw new Error('messageRecall is not supported')
    const payload = this.mocker.messagePayload(id)
    if (this.recall === 'lie') return true
    if (this.recall === 'own' && payload.talkerId !== this.currentUserId) return false
    post(this, { type: T.Recalled, talker: this.currentUserId, text: id, room: payload.roomId })
    return true
  }

  async send (kind, conversation, fields) {
    if (this.failing) throw new Error(this.failing)
    const room = this.mocker.cacheRoomPayload.has(conversation)
    const id = post(this, { talker: this.currentUserId, ...fields, type: kind,
      ...(room ? { room: conversation } : { to: conversation }) }, this.echo)
    return this.sendIds ? id : undefined
  }

  async messageSendText (conversation, text, mentions = []) {
    this.note('messageSendText', conversation, text, mentions)
    return this.send(T.Text, conversation, { text, mentions })
  }

  async messageSendFile (conversation, file) {
    const content = await file.toBuffer()
    this.note('messageSendFile', conversation, file.name, content.length)
    return this.send(T.Attachment, conversation, { filename: file.name })
  }

  async roomDel (room, person) {
    this.note('roomDel', room, person)
    if (this.silent.has('roomDel')) return
    this.mocker.RoomMock.load(room).remove(this.mocker.ContactMock.load(person)).by(this.self)
    this.dirtyPayload(Dirty.Room, room)
  }

  async roomTopic (room, topic) {
    this.note('roomTopic', room, topic)
    const found = this.mocker.RoomMock.load(room)
    if (topic === undefined) return found.payload.topic
    found.topic(topic).by(this.self)
    this.dirtyPayload(Dirty.Room, room)
  }

  async roomAnnounce (room, text) {
    this.note('roomAnnounce', room, text)
    if (text === undefined) return this.announced.get(room) ?? ''
    if (!this.silent.has('roomAnnounce')) this.announced.set(room, text)
  }

  async contactAlias (person, alias) {
    this.note('contactAlias', person, alias)
    if (alias === undefined) return this.remarks.get(person) ?? ''
    this.remarks.set(person, alias)
  }

  async roomMemberRawPayload (room, person) {
    const payload = await super.roomMemberRawPayload(room, person)
    return { ...payload, roomAlias: this.roomNames.get(room + person) ?? '' }
  }

  async messageImage (id) { return this.messageFile(id) }
  async messageUrl (id) { return this.urls.get(id) ?? super.messageUrl(id) }
  async messageMiniProgram (id) { return this.programs.get(id) ?? super.messageMiniProgram(id) }
  async messageContact (id) { return this.cards.get(id) ?? '' }
  async friendshipRawPayload (id) { return this.friendships.get(id) }
  async friendshipAccept (id) { this.note('friendshipAccept', id) }
}

let count = 0
const boot = Date.now().toString(36)

// A message comes into being; `emit` false keeps it silent.
export function post (puppet, fields, emit = true) {
  const { talker = 'zhang', text = '', room, to, mentions = [], type = T.Text, filename, file,
    url, program, card, broken, at } = fields
  const id = fields.id ?? `m-${boot}-${++count}`
  const payload = { id, talkerId: talker, type, text, filename, timestamp: at ?? Date.now(),
    ...(to ? { listenerId: to } : { roomId: room ?? 'gov@chatroom', mentionIdList: mentions }) }
  if (file) puppet.mocker.cacheFileBoxPayload.set(id, file.toJSON())
  if (url) puppet.urls.set(id, url)
  if (program) puppet.programs.set(id, program)
  if (card) puppet.cards.set(id, card)
  if (broken) puppet.broken.set(id, broken)
  puppet.mocker.cacheMessagePayload.set(id, payload)
  if (emit) puppet.emit('message', { messageId: id })
  return id
}

const PEOPLE = {
  bot: { name: '轻群', friend: true },
  zhang: { name: '张三', friend: true },
  li: { name: '李四', friend: false },
  wang: { name: '王五', friend: true },
  zhao: { name: '赵六', friend: false },
}
const ROOMS = {
  'gov@chatroom': { topic: '巴汝镇政府工作群', ownerId: 'bot', adminIdList: ['wang'],
    memberIdList: ['bot', 'zhang', 'li', 'wang'] },
  'service@chatroom': { topic: '镇政务服务工作群', ownerId: 'wang', adminIdList: [],
    memberIdList: ['bot', 'zhang', 'wang'] },
  'nameless@chatroom': { topic: '', ownerId: '', adminIdList: [], memberIdList: ['bot', 'zhang'] },
}

export function build ({ login = true } = {}) {
  const mocker = new mock.Mocker()
  for (const [id, fields] of Object.entries(PEOPLE)) mocker.createContact({ id, alias: '', ...fields })
  for (const [id, fields] of Object.entries(ROOMS)) mocker.createRoom({ id, ...structuredClone(fields) })
  const puppet = new TownPuppet({ mocker })
  mocker.use(() => { if (login && !puppet.isLoggedIn) puppet.login('bot'); return () => {} })
  return { mocker, puppet }
}

// The world as it was in the beginning, without a word to those who listen.
export function reset (puppet) {
  puppet.forget()
  const { mocker, cache } = puppet
  for (const [id, fields] of Object.entries(PEOPLE)) Object.assign(mocker.ContactMock.load(id).payload, fields)
  for (const [id, fields] of Object.entries(ROOMS)) Object.assign(mocker.RoomMock.load(id).payload, structuredClone(fields))
  for (const kept of [cache.contact, cache.room, cache.roomMember]) kept.clear()
  if (!puppet.isLoggedIn) puppet.login('bot')
}
