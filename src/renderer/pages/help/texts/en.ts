import type { HelpTexts } from '../article.ts'

export const en: HelpTexts = {
  title: 'Help',
  search: 'Search the help',
  searchClear: 'Clear search',
  contents: 'Articles',
  nothing: 'No article contains these words.',
  all: 'Show all articles',
  articles: {
    messages: {
      title: 'How a message travels',
      blocks: [
        'A client writes in the chat on your website. Chatra sends the message to your public address, and the bridge saves it on this computer before it confirms it. From then on it is not lost, even if the power fails.',
        'The first message of a client becomes a task in Planfix, and the client becomes a contact. Every further message is a comment in the same task. When the task is completed and the client writes again, a new task is created and linked to the previous one. You can turn that off in the settings of the connection.',
        'An employee replies with a comment that notifies the client. The bridge finds it within a few seconds, or at once with “Instant replies”, and sends it to the chat.',
        'The page Messages shows the state of each message:',
        {
          list: [
            'waiting, sending, retrying: it is on its way. The bridge continues automatically.',
            'delivered: it is in the task, or in the client’s chat.',
            'not sent: it stays where it was written on purpose, for example an internal comment. The reason stands beside it.',
            'failed: Planfix or Chatra rejected it. You decide whether it is sent again.',
            'unconfirmed: no clear answer came, so it may or may not have arrived. It is never sent again automatically, because the client could get it twice.',
          ],
        },
        'Before the bridge writes anything a second time, it checks whether the first attempt arrived.',
        { open: 'Open Messages', route: '/log' },
      ],
    },
    'internal-notes': {
      title: 'Internal notes: what the client does not see',
      blocks: [
        'A comment is sent to the client only if it notifies the client. Every other comment stays in Planfix.',
        {
          list: [
            'A reply to the client: write a comment in the task and select the client under “Notify”.',
            'An internal note: write a comment and do not select the client. Colleagues read it, the client does not.',
            'To be quite sure: hide the comment from the client in Planfix. A hidden comment is never sent, whatever the settings are.',
          ],
        },
        'Check who is selected before you reply in a colleague’s task: Planfix may select nobody there. The reply then stays internal, Messages shows it as “not sent · internal comment”, and the client stays under “Waiting for an answer”.',
        'The first time a comment of an employee stays internal in a conversation, the bridge explains this once in a note in the task.',
        'A comment that stayed internal is sent as soon as somebody edits it and selects the client under “Notify”. If a sent reply is edited or deleted in Planfix, the message in the chat changes too.',
        'If every comment that is not hidden should go to the client, turn off “Send only comments that notify the client” in the settings of the connection, under “Replies”.',
        'The notes that the bridge writes in a task are never sent to the client.',
      ],
    },
    names: {
      title: 'Who replies, and under which name',
      blocks: [
        'At first all replies come from one name, the name of the connection. Chatra creates an agent with this name with the first reply. Whether this agent counts as a paid licence is up to Chatra. To be safe, choose an existing agent in the settings of the connection, under “Replies”.',
        'With “Send message as an employee” on, clients see who replies. The bridge matches an employee in Planfix with an agent in Chatra by e-mail. On the page Employees you can choose the agent yourself.',
        'Who may reply: at first every employee. On the page Employees you can allow only some. Comments of all others stay in Planfix and are shown as “not sent · employee not allowed”.',
        'What an agent types in Chatra itself appears in the task as a comment of the matched employee.',
        { open: 'Open Employees', route: '/employees' },
      ],
    },
    waiting: {
      title: 'What to do when something waits',
      blocks: [
        'The first line of Overview says whether everything works. If not, it says what does not work since when, and the button beside it leads to the solution.',
        {
          list: [
            'Chatra or Planfix is stopped: the account is unpaid, a key is wrong or the daily limit is used up. The messages are saved and wait. When you have solved the cause, press “Try now”.',
            'Reconnecting: Chatra or Planfix is not responding. Nothing to do, the messages are sent automatically afterwards.',
            'The public address is not reachable: Chatra cannot deliver chats. Check the internet connection, then press “Try now”, or correct the address in Settings.',
            'Messages need attention: they failed or are unconfirmed. Look at the chat, then choose “Send again” or “Dismiss”. Several can be selected together.',
            'A client is waiting for an answer: reply in the task and select the client under “Notify”. If no reply is needed, press “No answer needed”.',
            'The bridge was not running for a while: Chatra repeats its messages for a short time only and has no list of older ones. Check Chatra for chats from that time. Comments in Planfix are never missed.',
          ],
        },
        'The page Check-up tests keys, permissions, templates, addresses and this computer, and tells you for each problem what to do.',
        { open: 'Open Check-up', route: '/diagnostics' },
      ],
    },
    report: {
      title: 'The report and the weekly summary',
      blocks: [
        'The report counts what passed through the bridge. It does not see phone calls, or chats that are not connected.',
        {
          list: [
            'A chat is a conversation on one day on which the client wrote. A client who writes on two days counts twice.',
            'The first reply is measured from the client’s first message of that day to the first message of an employee that the client received. Internal comments and automatic messages do not count.',
            'Median: half of the answered chats got a reply within this time. 90 %: nine out of ten did.',
            'No reply within an hour: the first reply came later, or none came. A client who only says thank you counts too.',
          ],
        },
        'Every Monday at nine the last week is summed up in one line: as a notification on the desktop, on a server on Overview under “Recent events”. A click opens the report of that week. If the computer was asleep, the summary comes when it wakes on the same day; a week without chats has none. You can turn it off in Settings.',
        '“Save as table (CSV)” saves all figures for a spreadsheet.',
        { open: 'Open Report', route: '/report' },
      ],
    },
    files: {
      title: 'Files and pictures',
      blocks: [
        'Files go in both directions. What a client sends becomes a file of the comment in Planfix. What an employee attaches to a reply arrives in the chat as a link.',
        {
          list: [
            'The link opens for 7 days, through your public address and only while the bridge runs. Without a public address the client gets Planfix’s own link, which is valid for a short time.',
            'A picture that was pasted into the text of a comment can often be opened only by people with access to Planfix. The client then gets the text alone, and a note in the task asks to attach the picture as a file.',
            'A file that Planfix rejects, for example because it is too large for your plan, stands in the comment as a link.',
            'A file that arrives later than its message follows as a comment of its own.',
          ],
        },
        'If files from clients arrive only as names, the token in Planfix lacks the permissions “read files” and “add files”. Check-up tells you so.',
      ],
    },
    'instant-replies': {
      title: 'Making replies faster',
      blocks: [
        'Planfix does not report new comments, so the bridge asks every few seconds. There are two ways to make replies arrive at once. Both need a public address.',
        {
          list: [
            'Instant replies (recommended): Planfix’s API for chats. Every comment also shows whether it is in the chat, and why not if it is not. Set it up in the settings of the connection, under “Instant replies”.',
            'A script in Planfix: it sends the bridge the number of the task. Nothing that people write leaves Planfix this way.',
          ],
        },
        'To set up the script:',
        {
          steps: [
            'In Planfix open Account management → Processes and the process of your chat tasks. Add a script with the event “Comment added”.',
            'As the action choose to send an HTTP request with the method POST.',
            'Copy the address, the header and the body exactly as the settings of the connection show them. The address contains a secret, like a password.',
            'Write a comment in the task of a chat. The reply appears on the page Messages within two seconds.',
          ],
        },
        'If you turn the bridge off for a long time, turn the script off too. When the bridge cannot be reached, Planfix delays the requests of all your scripts by three minutes.',
        'If such a request gets lost, no reply is lost: the bridge keeps asking as well.',
      ],
    },
    twice: {
      title: 'A client gets each reply twice',
      blocks: [
        'Planfix itself sends an e-mail about every comment that notifies a contact with an e-mail address. A client who gave an address then gets the reply in the chat and by e-mail, and an answer to that e-mail does not come into the chat.',
        'One of these helps:',
        {
          list: [
            'Keep clients’ addresses in a text field or in the description of the contact card: settings of the connection, “Where to save clients’ e-mail”. Planfix cannot send an e-mail there.',
            'Use “Instant replies”.',
            'Turn off Planfix’s e-mail about new comments for contacts.',
            'Turn off “Send only comments that notify the client”. Then employees need not notify the client, and every comment that is not hidden is sent.',
          ],
        },
        'Check-up counts the clients who get each reply twice.',
      ],
    },
    'second-shop': {
      title: 'Connecting a second shop',
      blocks: [
        'Each shop has a connection of its own: one Chatra account joined with one Planfix account. Several connections may use the same Planfix account.',
        {
          steps: [
            'Press “Add connection” on Overview.',
            'Paste the keys of the second shop’s Chatra account. The account of the first shop is refused: each chat would become two tasks.',
            'Enter the Planfix address and the token. For the same account the token of the first connection works.',
            'Choose another task template, so that you can tell the shops apart in Planfix, and name the connection after the website.',
            'Paste the webhook address of this connection into Chatra. It is not the address of the first shop.',
          ],
        },
        'Connections with the same Planfix account share its limits: one request per second and a number per day. Overview shows how many are left.',
        'Every page lets you filter by connection. One connection can be turned off without the others.',
        { open: 'Add a connection', route: '/setup' },
      ],
    },
    server: {
      title: 'On a server',
      blocks: [
        'On a server the program runs without a window, and you open its page in a browser. When it starts, it prints the address. Do not pass it on: it contains a key. After that your browser stays signed in for 30 days.',
        'The page is in the language of each browser until the owner chooses one in Settings.',
        'Keys and tokens that you enter here are lost when the program stops. To keep them, set the variables that the settings name where the program is started.',
        'Other people get a key of their own, which can be withdrawn at any time:',
        {
          list: [
            'bridge key add Ana --role operator creates a key and shows it once.',
            'A reader sees everything except keys and addresses. An operator may also send messages again and dismiss them. An owner may change everything.',
            'bridge key revoke Ana ends the key at once.',
          ],
        },
        'There are no notifications on a server. What they would say stands on Overview under “Recent events”, the weekly summary too.',
        'Backups: bridge backup FOLDER copies data and settings while the program runs; bridge restore puts them back. Never replace the data file by hand: what was sent since would be sent again.',
        'The file docs/operating.md of the program describes access over https, monitoring, metrics and continuous copies for the person who runs the server.',
      ],
    },
    privacy: {
      title: 'Privacy, and deleting a client',
      blocks: [
        'The program has no server of its own and collects nothing. It talks only to Chatra, to Planfix and to the service of your public address.',
        {
          list: [
            'Saved on this computer: messages with their history, and names, e-mails, phones, addresses and visited pages of clients.',
            'Texts and history older than the number of days in Settings (at first 90) are deleted every night. In Chatra and Planfix nothing is deleted.',
            'Keys and tokens are in the keychain of this computer, on a server only in memory. They are never in exported settings, logs or reports.',
            'The report of the check-up contains no keys, texts or e-mail addresses.',
          ],
        },
        'A client asks you to delete everything about them:',
        {
          steps: [
            'Open the conversation and choose “Delete the client’s data…” under “More actions”. Names, addresses, texts and files are deleted on all devices of this client, and the backups on this computer are replaced.',
            'Delete the chat in Chatra, and the task and the contact in Planfix. The bridge changes nothing there.',
            'Copies that you made elsewhere still contain the data. Delete them too.',
          ],
        },
        'Under the same menu a conversation can be muted or blocked as spam. What a blocked client writes is recorded and not passed on to Planfix.',
        { open: 'Open Conversations', route: '/conversations' },
      ],
    },
    unknown: {
      title: 'What is not known yet',
      blocks: [
        'Some facts about Chatra and Planfix stand in no documentation. The bridge works in every case that is plausible, but treat the first day with your accounts as a test.',
        {
          list: [
            'Whether a new Chatra agent counts as a paid licence. Ask Chatra, or choose an existing agent.',
            'Whether messages that were written while the bridge was off can be read later. Some come when the chat ends. Overview shows from when to when it was off.',
            'When Chatra e-mails a reply to a client who has left. The bridge cannot check it.',
            'Whether edits that an agent makes in Chatra are reported. They are not repeated in Planfix.',
            'When Planfix renews the daily limit. The bridge waits as long as Planfix says.',
            'Whether Planfix sends replies on through its own chat channels. Do not use one task template for both.',
          ],
        },
        'bridge doctor --probe asks your Planfix account for most of this, with a test contact and a test task, after telling you what it will write.',
      ],
    },
    support: {
      title: 'Where to send the report',
      blocks: [
        {
          steps: [
            'Open Check-up and run it. Often it names the cause and what to do.',
            'If not, press “Save report”. It contains no keys, texts or e-mail addresses.',
            'Send the file to the person who set up the bridge for you or gave it to you. Write what you did, what happened and at what time.',
          ],
        },
        'For one message, open it on the page Messages: its history says what happened and when. The number of the message helps too.',
        'In the desktop program there are also log files: Settings → General → “Open folder”.',
        'If you have found a security problem, report it privately to the owner of the program, and publish nothing before it is solved.',
        { open: 'Open Check-up', route: '/diagnostics' },
      ],
    },
  },
}
