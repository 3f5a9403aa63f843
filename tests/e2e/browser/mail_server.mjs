// A mail server of the tests' own, on loopback: it keeps what it takes, refuses whom it is told to, and can keep its
// clients waiting for the confirmation, so that a story stands still at the very moment it is about (RFC 5321).
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Starts a server.
 *
 * `login` is the only `{ user, password }` it lets in (without it nobody logs in), `unknown` are addresses it has no
 * mailbox for. After `holdAfter` mails no further one is confirmed before `release()`. After `mostMails` it says that the
 * account has sent enough, as 163 does.
 */
export async function startMailServer({ name = 'Teehaus 茶馆', ...rules } = {}) {
  const server = new MailServer({
    unknown: [],
    holdAfter: Infinity,
    mostMails: Infinity,
    ...rules,
  });
  const port = await server.listen();
  return {
    name,
    port,
    /** The recipients of every mail that came in whole, confirmed or not. */
    recipients: server.recipients,
    /** Waits until so many mails came in whole. */
    taken: (count) => server.taken(count),
    release: () => server.release(),
    stop: () => server.stop(),
  };
}

class MailServer {
  recipients = [];
  #rules;
  #server;
  #sockets = new Set();
  #held = [];
  #waiting = [];

  constructor(rules) {
    this.#rules = rules;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  async listen() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this.#server.address().port;
  }

  async taken(count) {
    while (this.recipients.length < count) await new Promise((resolve) => this.#waiting.push(resolve));
  }

  release() {
    this.#rules.holdAfter = Infinity;
    this.#held.splice(0).forEach((confirm) => confirm());
  }

  async stop() {
    this.#sockets.forEach((socket) => socket.destroy());
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket) {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // Who is killed closes no connection properly.
    socket.on('error', () => socket.destroy());
    const answer = (line) => socket.write(`${line}\r\n`);
    const mail = { to: undefined, isOpen: false };
    let rest = '';
    socket.setEncoding('latin1');
    socket.on('data', (text) => {
      const lines = (rest + text).split('\r\n');
      rest = lines.pop();
      for (const line of lines) {
        if (!mail.isOpen) this.#obey(line, mail, answer, socket);
        else if (line === '.') this.#keep(mail, answer);
      }
    });
    answer('220 teahouse ready');
  }

  #obey(line, mail, answer, socket) {
    const [verb, argument = ''] = line.split(/[ :]/);
    switch (verb.toUpperCase()) {
      case 'EHLO':
        answer('250-teahouse');
        if (this.#rules.login) answer('250-AUTH PLAIN');
        return answer('250 8BITMIME');
      case 'AUTH':
        return answer(this.#lets(line) ? '235 welcome' : '535 5.7.8 wrong user or password');
      case 'RCPT': {
        const to = /<(.+?)>/.exec(line)?.[1] ?? argument;
        if (this.#rules.unknown.includes(to)) return answer('550 5.1.1 no such mailbox here');
        if (this.recipients.length >= this.#rules.mostMails) return answer('450 4.2.1 MI:CEL, too many messages');
        mail.to = to;
        return answer('250 ok');
      }
      case 'DATA':
        mail.isOpen = true;
        return answer('354 go ahead');
      case 'QUIT':
        answer('221 bye');
        return socket.end();
      default:
        return answer('250 ok');
    }
  }

  #lets(line) {
    const { user, password } = this.#rules.login ?? {};
    return line.split(' ')[2] === Buffer.from(`\0${user}\0${password}`).toString('base64');
  }

  #keep(mail, answer) {
    mail.isOpen = false;
    this.recipients.push(mail.to);
    this.#waiting.splice(0).forEach((resolve) => resolve());
    const confirm = () => answer('250 2.0.0 taken');
    if (this.recipients.length > this.#rules.holdAfter) this.#held.push(confirm);
    else confirm();
  }
}
