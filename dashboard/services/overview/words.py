"""What the overview says beside the data, in both languages: tables, sources, periods, looks."""

# ruff: noqa: E501 - a sentence is read whole

from collections.abc import Mapping

Both = tuple[str, str]
"""English, Dutch."""
TABLES: Mapping[str, tuple[Both, Both]] = {
    "account": (("Your account", "Uw account"),
        ("Your name and e-mail address, so that you can sign in to the app and be served there.", "Uw naam en e-mailadres, zodat u in de app kunt inloggen en daar geholpen kunt worden.")),
    "account_preference": (("Your choices of messages", "Uw keuzes voor berichten"),
        ("Which types of messages from the app you want.", "Welke soorten berichten van de app u wilt.")),
    "former_address": (("The address your account had before", "Het adres dat uw account eerder had"),
        ("For 14 days after a change we ask or tell that address, so that nobody who took over your account gets your data.", "Tot 14 dagen na een wijziging vragen of berichten wij dat adres, zodat wie uw account overnam uw gegevens niet krijgt.")),
    "company": (("Your own company", "Uw eigen bedrijf"),
        ("A company that consists of you alone: its name names you.", "Een bedrijf dat alleen uit u bestaat: de naam noemt u.")),
    "company_administrator": (("You administer your company", "U beheert uw bedrijf"),
        ("You may ask to deactivate accounts of your company.", "U mag vragen om accounts van uw bedrijf te deactiveren.")),
    "app_error": (("Errors you met in the app", "Fouten die u in de app tegenkwam"),
        ("What the app itself recorded when it failed for you.", "Wat de app zelf vastlegde toen het bij u misging.")),
    "usage_event": (("Your use of the app", "Uw gebruik van de app"),
        ("How and when you use the app; used in groups only, save to find what led to an error you met.", "Hoe en wanneer u de app gebruikt; alleen in groepen gebruikt, behalve om te vinden wat tot een fout bij u leidde.")),
    "usage_day": (("Your use of the app, counted by day", "Uw gebruik van de app, geteld per dag"),
        ("How often you did what on a day; kept about ten days, until figures of groups are made of it.", "Hoe vaak u wat deed op een dag; ongeveer tien dagen bewaard, tot er cijfers van groepen van zijn gemaakt.")),
    "ticket": (("Your support tickets", "Uw supporttickets"),
        ("What you asked our support, and what came of it.", "Wat u aan onze support vroeg, en wat daaruit kwam.")),
    "onboarding_case": (("Help with setting up your account", "Hulp bij het inrichten van uw account"),
        ("Your account could not be set up automatically; one administrator helped.", "Uw account kon niet vanzelf worden ingericht; één beheerder hielp.")),
    "trace_opening": (("Looks at what led to an error", "Inzage in wat tot een fout leidde"),
        ("An engineer opened your usage before one error, for one ticket, for a limited time.", "Een medewerker opende uw gebruik vóór één fout, voor één ticket, voor beperkte tijd.")),
    "trace_widening": (("Looks further back", "Inzage verder terug"),
        ("An engineer asked to see further back; a second one decides.", "Een medewerker vroeg om verder terug te kijken; een tweede beslist.")),
    "contact_request": (("Your contact requests", "Uw contactverzoeken"),
        ("What you sent with the contact form on the website, and how it was followed up.", "Wat u met het contactformulier op de website stuurde, en hoe het is opgevolgd.")),
    "contact_attempt": (("Tries to reach you", "Pogingen om u te bereiken"),
        ("When we tried to get in contact, as you asked.", "Wanneer wij contact zochten, zoals u vroeg.")),
    "idempotency_record": (("Repeated calls of the app", "Herhaalde aanroepen van de app"),
        ("What we answered the app or website about you, so that a call sent twice acts once.", "Wat wij de app of website over u antwoordden, zodat een dubbele aanroep één keer werkt.")),
    "app_message": (("Messages the app sent you, and why", "Berichten die de app u stuurde, en waarom"),
        ("Type, cause and time; never the text.", "Soort, aanleiding en tijd; nooit de tekst.")),
    "message": (("Messages we sent you, and why", "Berichten die wij u stuurden, en waarom"),
        ("Type, cause and time; the address and the text are deleted once a message has gone.", "Soort, aanleiding en tijd; adres en tekst worden verwijderd zodra een bericht weg is.")),
    "access_record": (("Who looked at your data", "Wie uw gegevens heeft bekeken"),
        ("Each look of our staff is recorded: when, in which role, for which case.", "Elke blik van onze medewerkers wordt vastgelegd: wanneer, in welke rol, voor welke zaak.")),
    "subject_request": (("Your requests about your data", "Uw verzoeken over uw gegevens"),
        ("What you asked us about your own data, this request among them.", "Wat u ons over uw eigen gegevens vroeg, ook dit verzoek.")),
    "request_link": (("Links we sent you", "Links die wij u stuurden"),
        ("Links with which you confirm or fetch; the link itself is kept as a hash.", "Links waarmee u bevestigt of ophaalt; de link zelf wordt alleen als hash bewaard.")),
    "request_step": (("Steps of your requests", "Stappen van uw verzoeken"),
        ("What was done, where, and how it was checked.", "Wat waar is gedaan, en hoe het is nagegaan.")),
    "sealed_payload": (("What a removal still needs", "Wat een verwijdering nog nodig heeft"),
        ("Encrypted, and destroyed when the removal is done.", "Versleuteld, en vernietigd zodra de verwijdering klaar is.")),
    "export_file": (("Files made for you", "Bestanden voor u gemaakt"),
        ("Files you can fetch for seven days; then they are deleted.", "Bestanden die u zeven dagen kunt ophalen; daarna worden ze verwijderd.")),
}  # fmt: skip
"""By table: what it is called, what it is for."""
SOURCES: Mapping[str, Both] = {
    "account": ("You or your company's administrator; each line says which", "U of de beheerder van uw bedrijf; elke regel zegt wie"),
    "app": ("The app", "De app"),
    "person": ("You", "U"),
    "person_in_app": ("You, in the app", "U, in de app"),
    "form": ("You, with the contact form", "U, met het contactformulier"),
    "ticket": ("You, the app, or our support on your behalf; each line says who", "U, de app, of onze support namens u; elke regel zegt wie"),
    "staff": ("Our staff, while they worked for you", "Onze medewerkers, terwijl zij voor u werkten"),
    "machine": ("Calls of the app or website", "Aanroepen van de app of website"),
    "house": ("Our own administration", "Onze eigen administratie"),
}  # fmt: skip
UNTIL: Mapping[str, Both] = {
    "usage": ("24 calendar months after each event", "24 kalendermaanden na elke gebeurtenis"),
    "account": ("While your account is active, and 24 calendar months after it was deactivated", "Zolang uw account actief is, en 24 kalendermaanden nadat het is gedeactiveerd"),
    "day": ("24 hours", "24 uur"),
    "fortnight": ("14 days after the change", "14 dagen na de wijziging"),
    "week": ("The file: 7 days. That it was made: not in the policy, the owner decides", "Het bestand: 7 dagen. Dat het is gemaakt: niet in het beleid, de eigenaar beslist"),
    "removal": ("Until the removal is done", "Tot de verwijdering klaar is"),
    "owner": ("Not in the policy: the owner decides", "Niet in het beleid: de eigenaar beslist"),
}  # fmt: skip
RELATIONS: Mapping[str, Both] = {
    "app": ("As a user of the app", "Als gebruiker van de app"),
    "website": ("As a visitor who contacted us", "Als bezoeker die contact zocht"),
    "house": ("Your requests, and messages to your address", "Uw verzoeken, en berichten naar uw adres"),
}
BECAUSE: Mapping[str, Both] = {
    "support": ("to help you with your ticket", "om u met uw ticket te helpen"),
    "error_analysis": ("for the error you met", "voor de fout die u had"),
    "follow_up": ("to follow up your contact request", "om uw contactverzoek op te volgen"),
    "onboarding": ("to set up your account", "om uw account in te richten"),
    "subject_request": ("to carry out your request", "om uw verzoek uit te voeren"),
    "carry out an overview or a copy": ("to carry out your request", "om uw verzoek uit te voeren"),
}
"""Why somebody looked, by purpose."""
THE_SYSTEM: Both = ("This system itself", "Dit systeem zelf")
SAYS: Mapping[str, Both] = {
    "overview": ("Overview", "Overzicht"),
    "certificate": ("Certificate", "Certificaat"),
    "page": ("page", "pagina"),
    "heading": ("What we have about you", "Wat wij over u hebben"),
    "lead": ("As it stood on {at}, for request {ref}. App and website are told apart: we do not join them. Fields that are empty are left out here; the copy has every field.", "Zoals het stond op {at}, voor verzoek {ref}. App en website staan apart: wij voegen ze niet samen. Lege velden staan hier niet; de kopie heeft elk veld."),
    "short": ("In short", "In het kort"),
    "short_text": ("We looked in {places} places. Something of you is in these:", "Wij keken op {places} plaatsen. Op deze staat iets van u:"),
    "nothing": ("Nothing of you is in the others: {names}.", "Op de andere staat niets van u: {names}."),
    "company": ("Your company: {names}.", "Uw bedrijf: {names}."),
    "where": ("Where", "Waar"),
    "where_ours": ("{company}'s database in the European Union ({region})", "De database van {company} in de Europese Unie ({region})"),
    "since": ("Since when", "Sinds wanneer"),
    "until": ("Until when", "Tot wanneer"),
    "first_goes": ("the first of it goes on {day}", "het eerste gaat weg op {day}"),
    "source": ("From whom", "Van wie"),
    "count": ("How many", "Hoeveel"),
    "months": ("Events per month; the copy has every single one.", "Gebeurtenissen per maand; de kopie heeft ze allemaal, stuk voor stuk."),
    "last": ("The last one", "De laatste"),
    "consents": ("Your permissions", "Uw toestemmingen"),
    "no_consent": ("You were not asked for any permission, or have not answered yet.", "U is geen toestemming gevraagd, of u hebt nog niet geantwoord."),
    "wording": ("What was read out to you (version {version}): “{wording}”", "Wat u is voorgelezen (versie {version}): “{wording}”"),
    "answered": ("Your answer on {day}: {answer}.", "Uw antwoord op {day}: {answer}."),
    "yes": ("yes", "ja"),
    "no": ("no", "nee"),
    "not_reached": ("not reached", "niet bereikt"),
    "partners": ("Partners who can hold your data", "Partners die uw gegevens kunnen hebben"),
    "holds": ("What they hold", "Wat zij hebben"),
    "ground": ("Ground", "Grondslag"),
    "valid": ("valid today", "geldig vandaag"),
    "not_valid": ("not valid today", "niet geldig vandaag"),
    "know": ("What you should know", "Wat u moet weten"),
    "erased": ("How it is removed", "Hoe het wordt verwijderd"),
    "looks": ("Who looked at your data", "Wie uw gegevens heeft bekeken"),
    "no_look": ("Nobody has looked.", "Niemand heeft gekeken."),
    "saw": ("Seen: {fields}.", "Gezien: {fields}."),
    "case": ("case {ref}", "zaak {ref}"),
    "refused": ("This was refused.", "Dit is geweigerd."),
    "hidden": ("What is not shown, and why", "Wat niet wordt getoond, en waarom"),
    "hidden_hashes": ("Keys and hashes ({names}): they tell nothing about you, and in other hands could open something.", "Sleutels en hashes ({names}): ze zeggen niets over u, en konden in andere handen iets openen."),
    "hidden_body": ("The text of a message that has not gone yet: it carries links that only your mailbox may have.", "De tekst van een bericht dat nog niet weg is: er staan links in die alleen uw mailbox mag hebben."),
    "hidden_staff": ("Who of our staff it was: they are told by their role.", "Wie van onze medewerkers het was: zij worden met hun rol genoemd."),
    "hidden_others": ("Other people's texts: should one mention you, it is theirs as well. A removal takes your address, number and keys out of those, too.", "Teksten van anderen: noemt zo'n tekst u, dan is die ook van hen. Een verwijdering haalt uw adres, nummer en sleutels ook daaruit."),
    "rights": ("What you can do", "Wat u kunt doen"),
    "rights_text": ("Ask for a copy, ask for removal, or ask again, at {address}. You can complain to the data protection authority of your country.", "Vraag een kopie, vraag verwijdering, of vraag opnieuw, op {address}. U kunt een klacht indienen bij de toezichthouder van uw land."),
    "glyphs": ("□ stands for a sign this document's letters lack; the page and the copy have it.", "□ staat voor een teken dat de letters van dit document missen; de pagina en de kopie hebben het."),
}  # fmt: skip
"""Everything else that is said."""


def said(key: str, language: str, **values: object) -> str:
    """Return a sentence in a language."""
    return SAYS[key][language == "nl"].format(**values)


def one(both: Both, language: str) -> str:
    """Return the one of two that is in this language."""
    return both[language == "nl"]
