import type { Language } from '../../../shared/languages.ts'

/** A version of the program, as its owner notices it. */
export interface Release {
  version: string
  /** The day of the release as `YYYY-MM-DD`; null = it has not been released yet. */
  date: string | null
  points: Record<Language, readonly string[]>
}

/** CHANGELOG.md in the owner's words, newest first. A test requires an entry for the program's own version. */
export const RELEASES: readonly Release[] = [
  {
    version: '0.1.0',
    date: null,
    points: {
      en: [
        'Chats on your website become tasks in Planfix, and the replies of your employees appear in the chat. Each message arrives once, in the right order, and its state can be seen at any time.',
        'A setup of six steps, with drawings of where to click in Chatra and Planfix and a test message.',
        'Overview says in one sentence whether everything works, and shows first which clients are waiting for an answer.',
        'Conversations with search by name, e-mail, phone and task number. They can be copied, printed, muted, blocked, and a client’s data can be deleted.',
        'A report about chats and first replies by employee, weekday and hour, and a summary every Monday.',
        'A check-up that tells you for each problem what to do, and this help.',
        'An employee whose comment stayed internal is told once, in the task, how to write to the client.',
        'A demo with simulated accounts.',
      ],
      ro: [
        'Chat-urile de pe site devin sarcini în Planfix, iar răspunsurile angajaților apar în chat. Fiecare mesaj ajunge o singură dată, în ordinea corectă, iar starea lui se vede oricând.',
        'O configurare în șase pași, cu desene despre unde se apasă în Chatra și Planfix și cu un mesaj de test.',
        'Sumarul spune într-o propoziție dacă totul funcționează și arată mai întâi ce clienți așteaptă răspuns.',
        'Conversații cu căutare după nume, e-mail, telefon și numărul sarcinii. Pot fi copiate, tipărite, puse fără notificări sau blocate, iar datele unui client pot fi șterse.',
        'Un raport despre chat-uri și primele răspunsuri pe angajați, zile și ore, și un rezumat în fiecare luni.',
        'O diagnosticare care spune pentru fiecare problemă ce aveți de făcut, și acest ajutor.',
        'Un angajat al cărui comentariu a rămas intern află o singură dată, în sarcină, cum îi scrie clientului.',
        'O demonstrație cu conturi simulate.',
      ],
      ru: [
        'Чаты на вашем сайте становятся задачами в Планфиксе, а ответы сотрудников появляются в чате. Каждое сообщение приходит один раз и по порядку, и его состояние видно в любую минуту.',
        'Настройка из шести шагов, с рисунками, где нажимать в Chatra и Планфиксе, и с тестовым сообщением.',
        'Обзор одной фразой говорит, всё ли работает, и прежде всего показывает, какие клиенты ждут ответа.',
        'Переписки с поиском по имени, почте, телефону и номеру задачи. Их можно копировать, печатать, отключать уведомления о них, блокировать, а данные клиента — удалять.',
        'Отчёт о чатах и первых ответах по сотрудникам, дням недели и часам и сводка каждый понедельник.',
        'Диагностика, которая для каждой проблемы говорит, что делать, и эта справка.',
        'Сотрудник, чей комментарий остался внутренним, один раз узнаёт в задаче, как написать клиенту.',
        'Демо с имитацией аккаунтов.',
      ],
    },
  },
]
