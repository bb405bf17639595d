import { AccessKeys, keysFile } from '../../server/access/keys.ts'
import type { Command } from '../options.ts'
import { complain, print } from '../output.ts'

type KeyCommand = Extract<Command, { name: `key ${string}` }>

/** `key add|list|revoke`: 0 done, 1 with the reason when it is not. A running server follows at once. */
export async function keys(command: KeyCommand, dataDir: string): Promise<number> {
  const known = new AccessKeys(keysFile(dataDir))
  switch (command.name) {
    case 'key add': {
      const made = known.add(command.key, command.role)
      if (made === null) {
        complain(`There is a key "${command.key}" already: revoke it first, or choose another name.\n`)
        return 1
      }
      await print(`${made}\n`)
      complain(
        'It is shown this once. Put it behind ?token= in the interface’s address, or send it as a bearer key.\n',
      )
      return 0
    }
    case 'key list': {
      const lines = known
        .list()
        .map(
          ({ name, role, createdAt }) => `${role.padEnd(8)}  ${new Date(createdAt).toISOString()}  ${name}\n`,
        )
      await print(lines.join('') || 'There is no key yet: bridge key add NAME\n')
      return 0
    }
    case 'key revoke': {
      if (command.key === 'logins') {
        known.endLogins()
        await print('Every login has ended.\n')
        return 0
      }
      if (known.revoke(command.key)) {
        await print(`"${command.key}" is revoked.\n`)
        return 0
      }
      complain(`There is no key "${command.key}".\n`)
      return 1
    }
  }
}
