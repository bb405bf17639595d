import type { HelpTexts } from '../article.ts'

export const ro: HelpTexts = {
  title: 'Ajutor',
  search: 'Căutați în ajutor',
  searchClear: 'Șterge căutarea',
  contents: 'Articole',
  nothing: 'Niciun articol nu conține aceste cuvinte.',
  all: 'Arată toate articolele',
  articles: {
    messages: {
      title: 'Drumul unui mesaj',
      blocks: [
        'Un client scrie în chat-ul de pe site-ul dumneavoastră. Chatra trimite mesajul la adresa publică, iar aplicația îl salvează pe acest calculator înainte de a-l confirma. Din acel moment mesajul nu se mai pierde, nici la o pană de curent.',
        'Primul mesaj al unui client devine o sarcină în Planfix, iar clientul devine un contact. Fiecare mesaj următor este un comentariu în aceeași sarcină. Dacă sarcina a fost finalizată și clientul scrie din nou, se creează o sarcină nouă, legată de cea anterioară. Puteți opri acest lucru în setările conexiunii.',
        'Un angajat răspunde cu un comentariu care îl notifică pe client. Aplicația îl găsește în câteva secunde, sau imediat cu „Răspunsuri instantanee”, și îl trimite în chat.',
        'Pagina Mesaje arată starea fiecărui mesaj:',
        {
          list: [
            'în așteptare, se trimite, se reîncearcă: mesajul este pe drum. Aplicația continuă automat.',
            'livrat: mesajul este în sarcină sau în chat-ul clientului.',
            'netrimis: rămâne intenționat acolo unde a fost scris, de exemplu un comentariu intern. Motivul este afișat alături.',
            'eșuat: Planfix sau Chatra l-a respins. Dumneavoastră decideți dacă se trimite din nou.',
            'neconfirmat: nu a venit un răspuns clar, deci nu se știe dacă a ajuns. Nu se retrimite niciodată automat, pentru că clientul l-ar putea primi de două ori.',
          ],
        },
        'Înainte de a scrie ceva a doua oară, aplicația verifică dacă prima încercare a reușit.',
        { open: 'Deschide Mesaje', route: '/log' },
      ],
    },
    'internal-notes': {
      title: 'Note interne: ce nu vede clientul',
      blocks: [
        'Un comentariu ajunge la client numai dacă îl notifică pe client. Orice alt comentariu rămâne în Planfix.',
        {
          list: [
            'Răspuns pentru client: scrieți un comentariu în sarcină și alegeți clientul la „Notifică”.',
            'Notă internă: scrieți un comentariu fără a alege clientul. Colegii îl citesc, clientul nu.',
            'Pentru siguranță deplină: ascundeți comentariul de client în Planfix. Un comentariu ascuns nu se trimite niciodată, oricare ar fi setările.',
          ],
        },
        'Verificați cine este ales înainte de a răspunde în sarcina unui coleg: Planfix poate să nu aleagă pe nimeni. Răspunsul rămâne atunci intern, pagina Mesaje îl arată ca „netrimis · comentariu intern”, iar clientul rămâne la „Așteaptă răspuns”.',
        'Prima dată când un comentariu al unui angajat rămâne intern într-o conversație, aplicația explică acest lucru o singură dată, într-o notă din sarcină.',
        'Un comentariu rămas intern se trimite de îndată ce cineva îl editează și alege clientul la „Notifică”. Dacă un răspuns trimis este editat sau șters în Planfix, se schimbă și mesajul din chat.',
        'Dacă vreți ca la client să ajungă orice comentariu care nu este ascuns, opriți „Trimite doar comentariile care îl notifică pe client” în setările conexiunii, la „Răspunsuri”.',
        'Notele pe care aplicația le scrie în sarcină nu se trimit niciodată clientului.',
      ],
    },
    names: {
      title: 'Cine răspunde și sub ce nume',
      blocks: [
        'La început toate răspunsurile au același nume, cel al conexiunii. Chatra creează un agent cu acest nume la primul răspuns. Chatra decide dacă acest agent contează ca licență plătită. Pentru siguranță, alegeți un agent existent în setările conexiunii, la „Răspunsuri”.',
        'Când „Trimite mesaj ca angajat” este pornit, clienții văd cine răspunde. Aplicația asociază angajatul din Planfix cu agentul din Chatra după e-mail. Pe pagina Angajați puteți alege agentul și manual.',
        'Cine poate răspunde: la început toți angajații. Pe pagina Angajați puteți permite doar unora. Comentariile celorlalți rămân în Planfix și apar ca netrimise.',
        'Ce scrie un agent direct în Chatra apare în sarcină ca un comentariu al angajatului asociat.',
        { open: 'Deschide Angajați', route: '/employees' },
      ],
    },
    waiting: {
      title: 'Ce faceți când ceva așteaptă',
      blocks: [
        'Primul rând din Sumar spune dacă totul funcționează. Dacă nu, spune ce nu funcționează și de când, iar butonul de alături duce la soluție.',
        {
          list: [
            'Chatra sau Planfix este oprit: contul este neplătit, o cheie este greșită sau limita zilnică este atinsă. Mesajele sunt salvate și așteaptă. După ce ați rezolvat cauza, apăsați „Încearcă acum”.',
            'Se reconectează: Chatra sau Planfix nu răspunde. Nu aveți nimic de făcut, mesajele se trimit apoi automat.',
            'Adresa publică este inaccesibilă: Chatra nu poate livra chat-urile. Verificați conexiunea la internet, apoi apăsați „Încearcă acum” sau corectați adresa în Setări.',
            'Mesaje care necesită atenție: au eșuat sau sunt neconfirmate. Verificați chat-ul, apoi alegeți „Trimite din nou” sau „Închide fără trimitere”. Puteți alege mai multe deodată.',
            'Un client așteaptă răspuns: răspundeți în sarcină și alegeți clientul la „Notifică”. Dacă nu este nevoie de răspuns, apăsați „Nu este nevoie de răspuns”.',
            'Aplicația nu a rulat un timp: Chatra repetă mesajele doar scurt timp și nu are o listă a celor mai vechi. Verificați în Chatra chat-urile din acel interval. Comentariile din Planfix nu se pierd niciodată.',
          ],
        },
        'Pagina Diagnosticare verifică cheile, drepturile, șabloanele, adresele și acest calculator și spune pentru fiecare problemă ce aveți de făcut.',
        { open: 'Deschide Diagnosticare', route: '/diagnostics' },
      ],
    },
    report: {
      title: 'Raportul și rezumatul săptămânal',
      blocks: [
        'Raportul numără ce a trecut prin aplicație. Nu vede convorbirile telefonice și nici chat-urile care nu sunt conectate.',
        {
          list: [
            'Un chat este o conversație într-o zi în care clientul a scris. Un client care scrie în două zile se numără de două ori.',
            'Primul răspuns se măsoară de la primul mesaj al clientului din acea zi până la primul mesaj al unui angajat primit de client. Comentariile interne și mesajele automate nu contează.',
            'Median: jumătate dintre chat-urile cu răspuns l-au primit în acest timp. 90 %: nouă din zece.',
            'Fără răspuns într-o oră: primul răspuns a venit mai târziu sau deloc. Se numără și un client care doar mulțumește.',
          ],
        },
        'În fiecare luni la ora nouă săptămâna trecută este rezumată într-un rând: ca notificare pe calculator, iar pe un server în Sumar, la „Evenimente recente”. Un clic deschide raportul acelei săptămâni. Dacă sistemul era în repaus, rezumatul apare când revine în aceeași zi; o săptămână fără chat-uri nu are rezumat. Îl puteți opri în Setări.',
        '„Salvează ca tabel (CSV)” salvează toate valorile pentru un program de calcul tabelar.',
        { open: 'Deschide Raport', route: '/report' },
      ],
    },
    files: {
      title: 'Fișiere și imagini',
      blocks: [
        'Fișierele se transmit în ambele direcții. Ce trimite clientul devine un fișier al comentariului din Planfix. Ce atașează angajatul la un răspuns ajunge în chat ca link.',
        {
          list: [
            'Linkul este valabil 7 zile, prin adresa publică și doar cât timp aplicația rulează. Fără adresă publică clientul primește linkul propriu al Planfix, valabil scurt timp.',
            'O imagine lipită în textul unui comentariu poate fi adesea deschisă doar de persoane cu acces la Planfix. Clientul primește atunci doar textul, iar o notă din sarcină cere ca imaginea să fie atașată ca fișier.',
            'Un fișier respins de Planfix, de exemplu prea mare pentru planul dumneavoastră, apare în comentariu ca link.',
            'Un fișier care sosește mai târziu decât mesajul său urmează într-un comentariu separat.',
          ],
        },
        'Dacă fișierele clienților sosesc doar ca nume, tokenului din Planfix îi lipsesc drepturile de a citi și de a adăuga fișiere. Diagnosticarea vă spune acest lucru.',
      ],
    },
    'instant-replies': {
      title: 'Răspunsuri mai rapide',
      blocks: [
        'Planfix nu anunță comentariile noi, așa că aplicația întreabă la fiecare câteva secunde. Există două moduri prin care răspunsurile ajung imediat. Ambele au nevoie de o adresă publică.',
        {
          list: [
            'Răspunsuri instantanee (recomandat): API-ul Planfix pentru chat-uri. Fiecare comentariu arată și dacă este în chat, iar dacă nu, de ce. Se configurează în setările conexiunii, la „Răspunsuri instantanee”.',
            'Un script în Planfix: trimite aplicației numărul sarcinii. Nimic din ce scriu oamenii nu părăsește Planfix pe această cale.',
          ],
        },
        'Pentru a configura scriptul:',
        {
          steps: [
            'În Planfix deschideți Gestionarea contului → Procese și procesul sarcinilor de chat. Adăugați un script cu evenimentul „a fost adăugat un comentariu”.',
            'Ca acțiune alegeți trimiterea unei cereri HTTP cu metoda POST.',
            'Copiați adresa, antetul și conținutul exact cum le arată setările conexiunii. Adresa conține un secret, ca o parolă.',
            'Scrieți un comentariu în sarcina unui chat. Răspunsul apare pe pagina Mesaje în două secunde.',
          ],
        },
        'Dacă opriți aplicația pentru mult timp, opriți și scriptul. Când aplicația nu răspunde, Planfix întârzie cu trei minute cererile tuturor scripturilor.',
        'Dacă o astfel de cerere se pierde, niciun răspuns nu se pierde: aplicația întreabă și ea în continuare.',
      ],
    },
    twice: {
      title: 'Un client primește fiecare răspuns de două ori',
      blocks: [
        'Planfix trimite el însuși un e-mail despre fiecare comentariu care notifică un contact cu adresă de e-mail. Un client care și-a dat adresa primește astfel răspunsul în chat și prin e-mail, iar răspunsul lui la acel e-mail nu ajunge în chat.',
        'Ajută una dintre aceste soluții:',
        {
          list: [
            'Salvați adresele clienților într-un câmp de text sau în descrierea cardului de contact: setările conexiunii, „Unde se salvează e-mailul clienților”. Acolo Planfix nu poate trimite e-mailuri.',
            'Folosiți „Răspunsuri instantanee”.',
            'Opriți în Planfix e-mailul despre comentarii noi pentru contacte.',
            'Opriți „Trimite doar comentariile care îl notifică pe client”. Atunci angajații nu mai trebuie să notifice clientul, iar orice comentariu care nu este ascuns se trimite.',
          ],
        },
        'Diagnosticarea numără clienții care primesc fiecare răspuns de două ori.',
      ],
    },
    'second-shop': {
      title: 'Conectarea celui de-al doilea magazin',
      blocks: [
        'Fiecare magazin are o conexiune proprie: un cont Chatra unit cu un cont Planfix. Mai multe conexiuni pot folosi același cont Planfix.',
        {
          steps: [
            'Apăsați „Adaugă o conexiune” în Sumar.',
            'Lipiți cheile contului Chatra al celui de-al doilea magazin. Contul primului magazin este refuzat: fiecare chat ar deveni două sarcini.',
            'Introduceți adresa Planfix și tokenul. Pentru același cont este bun tokenul primei conexiuni.',
            'Alegeți alt șablon al sarcinii, ca să deosebiți magazinele în Planfix, și numiți conexiunea ca site-ul.',
            'Lipiți în Chatra adresa webhook a acestei conexiuni. Nu este cea a primului magazin.',
          ],
        },
        'Conexiunile cu același cont Planfix împart limitele lui: o cerere pe secundă și un număr pe zi. Sumarul arată câte au rămas.',
        'Pe fiecare pagină puteți filtra după conexiune. O conexiune poate fi oprită fără celelalte.',
        { open: 'Adaugă o conexiune', route: '/setup' },
      ],
    },
    server: {
      title: 'Pe un server',
      blocks: [
        'Pe un server aplicația rulează fără fereastră, iar pagina ei se deschide în browser. La pornire afișează adresa. Nu o transmiteți altora: conține o cheie. După aceea browserul rămâne conectat 30 de zile.',
        'Pagina este în limba fiecărui browser până când proprietarul alege una în Setări.',
        'Cheile și tokenurile introduse aici se pierd la oprirea aplicației. Pentru a le păstra, setați variabilele pe care le numesc setările, acolo unde pornește aplicația.',
        'Alte persoane primesc câte o cheie proprie, care poate fi retrasă oricând:',
        {
          list: [
            'bridge key add Ana --role operator creează o cheie și o arată o singură dată.',
            'Un „reader” vede totul în afară de chei și adrese. Un „operator” poate și retrimite sau închide mesaje. Un „owner” poate schimba totul.',
            'bridge key revoke Ana anulează cheia imediat.',
          ],
        },
        'Pe server nu există notificări. Conținutul lor este în Sumar, la „Evenimente recente”, inclusiv rezumatul săptămânal.',
        'Copii de rezervă: bridge backup FOLDER copiază datele și setările în timpul funcționării; bridge restore le pune la loc. Nu înlocuiți niciodată manual fișierul de date: ce s-a trimis între timp s-ar trimite din nou.',
        'Fișierul docs/operating.md al aplicației descrie accesul prin https, monitorizarea, valorile măsurate și copiile continue pentru cine administrează serverul.',
      ],
    },
    privacy: {
      title: 'Confidențialitate și ștergerea unui client',
      blocks: [
        'Aplicația nu are un server propriu și nu adună nimic. Comunică doar cu Chatra, cu Planfix și cu serviciul adresei publice.',
        {
          list: [
            'Salvate pe acest calculator: mesajele cu istoricul lor și numele, e-mailurile, telefoanele, adresele și paginile vizitate ale clienților.',
            'Textele și istoricul mai vechi decât numărul de zile din Setări (la început 90) se șterg în fiecare noapte. În Chatra și Planfix nu se șterge nimic.',
            'Cheile și tokenurile sunt în depozitul de chei al calculatorului, pe un server doar în memorie. Nu apar niciodată în setările exportate, în jurnale sau în rapoarte.',
            'Raportul diagnosticării nu conține chei, texte sau adrese de e-mail.',
          ],
        },
        'Un client cere să ștergeți tot ce ține de el:',
        {
          steps: [
            'Deschideți conversația și alegeți „Șterge datele clientului…” la „Mai multe acțiuni”. Se șterg numele, adresele, textele și fișierele de pe toate dispozitivele acestui client, iar copiile de rezervă de pe acest calculator sunt înlocuite.',
            'Ștergeți chat-ul în Chatra, iar sarcina și contactul în Planfix. Aplicația nu schimbă nimic acolo.',
            'Copiile făcute în altă parte conțin în continuare datele. Ștergeți-le și pe acelea.',
          ],
        },
        'Din același meniu o conversație poate fi pusă fără notificări sau blocată ca spam. Ce scrie un client blocat se înregistrează și nu se transmite în Planfix.',
        { open: 'Deschide Conversații', route: '/conversations' },
      ],
    },
    unknown: {
      title: 'Ce nu se știe încă',
      blocks: [
        'Unele fapte despre Chatra și Planfix nu apar în nicio documentație. Aplicația funcționează în toate cazurile plauzibile, dar considerați prima zi cu conturile dumneavoastră un test.',
        {
          list: [
            'Dacă un agent Chatra nou contează ca licență plătită. Întrebați la Chatra sau alegeți un agent existent.',
            'Dacă mesajele scrise cât timp aplicația era oprită pot fi citite mai târziu. Unele vin la sfârșitul chat-ului. Sumarul arată de când până când a fost oprită.',
            'Când trimite Chatra prin e-mail răspunsul unui client care a plecat. Aplicația nu poate verifica.',
            'Dacă editările făcute de un agent în Chatra sunt anunțate. Ele nu se repetă în Planfix.',
            'Când reînnoiește Planfix limita zilnică. Aplicația așteaptă cât spune Planfix.',
            'Dacă Planfix trimite răspunsurile mai departe prin canalele sale proprii de chat. Nu folosiți același șablon al sarcinii pentru ambele.',
          ],
        },
        'bridge doctor --probe întreabă contul dumneavoastră Planfix despre cele mai multe dintre acestea, cu un contact și o sarcină de test, după ce vă spune ce va scrie.',
      ],
    },
    support: {
      title: 'Unde trimiteți raportul',
      blocks: [
        {
          steps: [
            'Deschideți Diagnosticare și porniți verificarea. Adesea ea numește cauza și soluția.',
            'Dacă nu, apăsați „Salvează raportul”. Nu conține chei, texte sau adrese de e-mail.',
            'Trimiteți fișierul persoanei care v-a configurat sau v-a dat aplicația. Scrieți ce ați făcut, ce s-a întâmplat și la ce oră.',
          ],
        },
        'Pentru un singur mesaj, deschideți-l pe pagina Mesaje: istoricul spune ce s-a întâmplat și când. Ajută și numărul mesajului.',
        'În programul de pe calculator există și fișiere jurnal: Setări → General → „Fișiere jurnal”.',
        'Dacă ați găsit o problemă de securitate, anunțați-l în privat pe proprietarul programului și nu publicați nimic înainte de rezolvare.',
        { open: 'Deschide Diagnosticare', route: '/diagnostics' },
      ],
    },
  },
}
