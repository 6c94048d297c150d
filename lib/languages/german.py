"""Deutsch: alles, was der Bildschirm sagt; siehe languages.english."""

from languages.file import render

STATES = """\
HEIZUNG AUS
WARM GENUG
HEIZT
WARTET AUF LADER
HEIZUNG PAUSIERT
FEHLER DER HEIZUNG"""

REASONS = """\

FÜHLER UNEINIG
HEIZUNG: ZU HEISS
HEIZUNG WIRKT NICHT
MATTE ABGETRENNT
HEIZT ZU LANGE
ZU VIELE NEUSTARTS
PROGRAMMFEHLER
PROTOKOLL VERLOREN
MATTE BLEIBT AN
WÄRME BLEIBT AUS
das BMS antwortet nicht
Daten des BMS sind alt
Daten des BMS falsch
Daten des BMS stehen still
kein Fühler am Akku
wartet auf 3 Messungen
ein Fühler ist lose, nass
Temperaturgrenzen fehlen
das BMS meldet Alarm
die Matte zieht zu viel
wirkt nicht: später mehr
ein anderer ist warm
Pause beim Heizen
zu kalt für diese Matte
eigener Fühler stumm
das BMS schaltet nicht
Wärmeverlust: Fühler?
sähe keinen Lader
ein Update läuft"""

FAULTS = """\
Die Fühler des Akkus sind
zu verschieden.
Sitzt einer lose, oder auf
der Matte?
Ein Fühler wurde beim
Heizen zu heiß.
Prüfe Lage und Leistung
der Matte, den MOSFET.
Es wurde zweimal nicht
rechtzeitig wärmer.
Prüfe Matte, Sicherung und
MOSFET. Zu schwach?
Eingeschaltet tut die
Matte nichts.
Prüfe Kabel, Sicherung und
Thermoschalter.
Längste Zeit oder Energie
des Tages verbraucht.
Besser dämmen, oder eine
stärkere Matte?
Dieses Gerät stürzte in
einer Stunde sechsmal ab.
Prüfe seine Versorgung und
seine Kabel.
Das Programm der Heizung
ist abgestürzt.
Bitte melde den Text auf
der Konsole.
Fehlerprotokoll verloren:
einer ist evtl. vergessen.
Prüfe die Matte, ihre Kabel
und die Fühler.
Sie heizt, obwohl sie
abgeschaltet ist!
SICHERUNG ZIEHEN! MOSFET
oder Relais ist defekt.
Mehr Wärme ging hinein, als
die Fühler zeigen.
Sitzen sie an den Zellen?
Stimmt pack_wh?"""

MODES = """\
aus
nur mit Lader
auch vom Akku"""

CHARGERS = """\
keiner
BMS sieht ihn
Kontakt zu
er lädt
gemerkt
durch Probe"""

PREHEATS = """\
aus
Uhrzeit fehlt
wartet
heizt"""

VERDICTS = """\

noch keine Daten
FALSCH: Zellen
FALSCH: Zahl der Zellen
FALSCH: Zellensumme
FALSCH: Spannung
FALSCH: Strom
FALSCH: Ladestand
FALSCH: Temperatur
FALSCH: Kapazität"""

ALARMS = """\
Akku fast leer
BMS-Schalter zu heiß
Akkuspannung zu hoch
Akkuspannung zu niedrig
Akku zu heiß
Ladestrom zu hoch
Laststrom zu hoch
Zellen zu verschieden
BMS-Gehäuse zu heiß
Akku zu kalt
Zelle zu voll
Zelle zu leer
BMS-Schutz A
BMS-Schutz B
Strom zu hoch
Kurzschluss
BMS: innere Verbindung
Prüfe Messkabel
Zahl der Zellen falsch
Stromsensor
Kurzschluss: Lader
zu heiß zum Laden
zu kalt zum Laden
Kurzschluss: Last
zu heiß für Lasten
Ladeschalter defekt
Lastschalter defekt
GPS nicht verbunden
BMS: Passwort ändern
BMS schaltet nicht ein
Temperaturfühler
Strombegrenzer defekt
Kurzschluss bleibt
Last viel zu hoch
Last viel zu hoch
zu kalt für Lasten
über GPS gesperrt
Zelltyp nicht gesetzt
ein Zellkabel ist lose
Stromsensor defekt
BMS: innere Verbindung
Vorladen misslungen
Lader antwortet nicht
Fernverbindung weg
Funkenschutz defekt
BMS will ein Update
Vorladerelais defekt
ein Relais klebt
Lastsicherung defekt
Ladesicherung defekt
ein Modul fehlt
BMS-Lizenz abgelaufen
Last ist gesperrt
Messchip defekt
BMS-Platine zu heiß
Zellspannung unmöglich
Balancer zu heiß
BMS-Systemfehler
BMS-Uhr geht falsch
BMS-Verbindung wackelt
bald aus: Akku leer
BMS-Lizenz endet bald"""

WIRE = """\
wartet auf das BMS
BMS stumm: Kabel?
stumm: UART-Protokoll 0?
stumm: UART-Protokoll 1?
Störung: Kabel? Setting?
ein anderes Gerät
BMS verrät seinen Typ nicht
dieses BMS ist unbekannt
unmögliche Daten
bms_dialect: jk_gps!
bms_dialect: jk_modbus!
bms_dialect: ant_new!
bms_dialect: ant_old!
bms_dialect: jk_display!
A und B tauschen"""

RADIO = """\
sucht das BMS
nicht da, oder am Handy
da, verbindet sich nicht
kein lesbares BMS
kein lesbares BMS
es sendet nicht
es will eine PIN: ble_pin
ist die PIN falsch?
Verbindung getrennt
verbunden, doch stumm
Störung: anderes BMS?
kein Speicher für Funk
Bluetooth versagt
das Handy hat es
BMS verrät seinen Typ nicht
dieses BMS ist unbekannt
unmögliche Daten"""

NO_RADIO = """\

aioble fehlt"""

BANK = """\
wartet auf die BMS
kein Akku antwortet
Akkus fehlen
Spannungen verschieden"""

WARNINGS = """\

BMS lädt in der Kälte
WÄRMT TROTZ AUS: PRÜFE
Speichern geht nicht"""

SCREEN = """\
s alt
min
h
KEINE DATEN
KEINE DATEN
h
Zelle
Diff.
Grad
~
Ziel
Matte
aus
an
heute
warm in
warm genug zum Laden
warm in: nicht bekannt
Strom vom Akku
Strom vom Lader
kein Lader zu sehen
ein Lader ist da
kalt, kein Lader
abgeschaltet
kein Ausgang gesetzt
Schub, noch
W, Kälte nimmt
Modus
Lader
Vorheizen
Fühler
zu kalt
kalt geladen
2 s drücken: löschen
FEHLER GELÖSCHT
Die Matte bleibt aus, bis
drei gute Messungen kamen.
Ein Fehler, dessen Ursache
noch da ist, kommt wieder.
HANDY HAT DAS BMS
Heizung aus; von selbst an
DATEN STEHEN STILL
Fehler in settings
Fehler in settings
Akku
von
ohne Daten:
Handy:
startet
HEIZT ES? SIEHE APP
Heizung, WLAN, MQTT an
ohne Seiten: screen_pages
KNOPF LOSLASSEN:
Einrichten per Handy
WLAN
Passwort
prüft das Netz, das
eingegeben wurde
Eingaben gespeichert,
es startet neu
Update, Heizung aus"""

RESETS = """\
Grund unbekannt
Strom war weg
Reset-Taste
hing fest
aus dem Schlaf
von selbst"""

WIFI = """\

Netz nicht da
Passwort falsch?
Schutz unbekannt
Signal zu schwach
keine Adresse
Verbindung verloren
Funk versagt
keine Verbindung"""

MQTT = """\

Name nicht gefunden
antwortet nicht
antwortet zu spät
Anmeldung abgelehnt
vom Broker beendet
kein MQTT-Broker
Speicher fehlt
wartet auf WLAN
Zertifikat abgelehnt
wartet auf die Uhr"""

ADVICE = """\
Lade den Akku bald, und
schalte ab, was du nicht
brauchst.
Das BMS ist zu heiß. Nimm
oder lade weniger, gib ihm
Luft.
Nicht weiter laden. Der
Lader steht zu hoch, oder
eine Zelle ist früher voll.
Lasten aus und gleich
laden: eine Zelle ist leer.

Der Akku ist zu heiß. Lader
und große Lasten aus; lass
ihn abkühlen.
Lade mit weniger Strom: es
ist mehr, als der Akku
verträgt.
Es fließt zu viel: schalte
etwas ab, dann das BMS
wieder ein.
Lade voll und lass es zum
Ausgleich stundenlang so.
Bleibt es: Zelle schwach.
Lade nicht, bevor es wärmer
ist: Laden schadet kalten
Zellen.
BMS aus- und einschalten.
Kommt es wieder, hilft der
Hersteller oder Händler.
Suche den Kurzschluss in
den Kabeln. Lass alles aus,
bis er gefunden ist.
Ein Messkabel einer Zelle
ist lose oder gebrochen.
Lass danach sehen.
Prüfe in der App des BMS
Zahl und Art der Zellen.

Ein Temperaturfühler ist
lose oder defekt. Lass ihn
ersetzen.
Lader abstecken. Prüfe ihn
und seine Kabel.

Sieh in die App des BMS:
es will etwas von dir.

Im Akku ist etwas defekt:
Schalter, Relais oder
Sicherung. Lass es richten.
Nimm weniger, bis der Akku
wärmer ist.

Die Werte des BMS passen
nicht zusammen. Prüfe die
Kabel zu den Zellen.
Das BMS sendet immer das
Gleiche. Schalte es aus
und ein.
Die Heizung hat es bemerkt
und arbeitet weiter. Taste
halten bestätigt."""

PAGES = """\
höchste Nr.
tiefste Nr.
gleicht aus
Messkabel
BMS
Fühler
bis leer
bis voll
ruht
geladen
genutzt
Zyklen
Zustand
ALLES IN ORDNUNG
Kein Alarm steht an.
WLAN
Broker
Speicher
Start
antwortet
nicht gesetzt
verbunden
versucht es
frei
weg
Packmate
Gerät
läuft seit
Hilfe: README.md; und am
Computer: packmate logs
WILLKOMMEN
Noch ist nichts gesetzt.
Mit dem Handy: aus- und
wieder einschalten.
Per USB: packmate setup
Hilfe: docs/set-up.md
Balance aus
nicht bekannt
letzte 24 Stunden
T
alle Akkus"""

TEXTS = (
    STATES,
    REASONS,
    FAULTS,
    MODES,
    CHARGERS,
    PREHEATS,
    VERDICTS,
    ALARMS,
    WIRE,
    RADIO,
    NO_RADIO,
    BANK,
    WARNINGS,
    SCREEN,
    RESETS,
    WIFI,
    MQTT,
    ADVICE,
    PAGES,
)

DATA = render(TEXTS)
