/// What tells languages of one script apart.
enum LanguageProfiles {
  /// The commonest small words of each language, and the words with which people ask for things.
  static let words: [(language: Language, words: Set<String>)] = [
    profile(
      "en",
      """
      the of and to in is that it for you with on are as this be your was have not at by from or
      which what how an write list give explain describe create name why would should their they
      following sentence between about into when who if make find can will has its
      """),
    profile(
      "de",
      """
      der die das und ist zu den mit von ein eine nicht auf für im dem des sich auch als wie was
      schreibe erkläre nenne einen einer werden aus bei nach wird oder dass sind du ich sie warum
      welche kann über zum zur beschreibe folgenden erstelle gib hat haben jeder
      """),
    profile(
      "fr",
      """
      le la les des et est un une du que dans pour qui sur pas avec au ce plus par sont il elle vous
      écris écrivez expliquez donne donnez quel quelle cette ou son sa ses aux être leur comment
      pourquoi suivante suivant nous mais ne tout toute droit
      """),
    profile(
      "es",
      """
      el la los las de y que en es un una por con para del se su al como más lo no escribe explica
      describe cuál qué este esta siguiente sus o cómo son tiene ser sobre entre haz dame crea
      lista toda derecho persona
      """),
    profile(
      "it",
      """
      il di che e la per un una non è del con sono da si le dei della nel alla come più scrivi
      spiega elenca questo questa gli al i o anche ha essere suo quale perché seguente delle nella
      descrivi crea ogni diritto
      """),
    profile(
      "pt",
      """
      o a os as de e que do da em um uma para com não por dos das no na se mais como escreva
      explique descreva qual este esta ao são seu sua ou foi pelo pela seguinte crie liste você
      todo tem direito entre sobre
      """),
    profile(
      "nl",
      """
      de het een en van is in dat op te zijn met voor niet aan er die ook als bij of naar wat hoe
      schrijf leg uit geef beschrijf maak welke waarom deze door om heeft worden ieder je uw volgende
      """),
    profile(
      "sv",
      """
      och att det i är som en på av för med till den inte om ett har de var skriv förklara vad hur
      eller från kan ska beskriv ge vilka varje rätt
      """),
    profile(
      "da",
      """
      og at det er en i som på af til med for den der ikke et har de skriv forklar hvad hvordan
      eller fra kan skal beskriv giv hvilke enhver ret
      """),
    profile(
      "no",
      """
      og at det er en i som på av til med for den ikke et har de skriv forklar hva hvordan eller fra
      kan skal beskriv gi hvilke enhver rett
      """),
    profile(
      "fi",
      """
      ja on ei se että oli kun mutta tai hän ovat joka niin kuin myös mitä miten kirjoita selitä
      kerro luettele mikä jokaisella oikeus sekä olla
      """),
    profile(
      "pl",
      """
      na do nie jest że to o jak po ale dla od przez czy się są napisz wyjaśnij opisz jakie co
      oraz lub jego każdy prawo ma który
      """),
    profile(
      "cs",
      """
      na se je že to do ve jako ale pro od jsou napiš vysvětli popiš jaké co nebo každý
      právo má který být
      """),
    profile(
      "tr",
      """
      ve bir bu da de için ile ne daha olarak çok gibi yaz açıkla nasıl nedir veya olan her hakkı
      hakkına vardır değil kadar listele
      """),
    profile(
      "vi",
      """
      và của là có được cho các một không trong với những người để này viết hãy giải thích như thế
      nào hoặc đều mọi quyền
      """),
    profile(
      "id",
      """
      yang dan di untuk dengan dari ini itu pada adalah tidak dalam atau tulis jelaskan apa bagaimana
      sebutkan buatlah setiap orang hak ke oleh akan
      """),
    profile(
      "ro",
      """
      și în de la cu nu este un o pe că din care pentru sau sunt scrie explică cum ce descrie al ale
      orice dreptul mai să
      """),
    profile(
      "hu",
      """
      a az és hogy nem is egy van meg ez de csak írj magyarázd milyen mi vagy minden joga
      személynek vagy azt írd
      """),
    profile(
      "ru",
      """
      и в не на что с по это как к из для от напишите объясните какие или его имеет право он
      """),
    profile(
      "uk", "і в не на що з до це як та для від напишіть поясніть які або його має право він"),
    profile(
      "bg", "и в не на че с по това как към от за напишете обяснете какви или има право той се"),
    profile("ar", "في من على إلى أن هذا التي ما كل أو لا اكتب اشرح هو هي عن مع"),
    profile("fa", "و در به از که این را با است برای آن هر یا بنویس چه حق دارد"),
    profile("ur", "اور کے کی میں ہے سے کا کو نے پر یہ ہیں لکھیں کیا ہر حق"),
  ]

  /// Letters that stand in the words of few languages; each counts like a small word.
  static let letters: [(letters: Set<Character>, languages: [Language])] = [
    (["ß", "ä", "ö", "ü"], ["de"]), (["ñ", "¿", "¡"], ["es"]), (["ã", "õ"], ["pt"]),
    (["ê", "œ", "ç"], ["fr", "pt"]), (["ł", "ż", "ą", "ę", "ś"], ["pl"]),
    (["ř", "ě", "ů"], ["cs"]), (["ğ", "ı", "ş"], ["tr"]), (["å"], ["sv", "da", "no"]),
    (["ø", "æ"], ["da", "no"]), (["ä", "ö"], ["sv", "fi"]), (["ő", "ű"], ["hu"]),
    (["ă", "ș", "ț"], ["ro"]), (["ơ", "ư", "đ"], ["vi"]), (["ì", "ò"], ["it"]),
    (["і", "ї", "є", "ґ"], ["uk"]), (["ы", "э", "ё"], ["ru"]), (["ъ"], ["bg"]),
    (["پ", "چ", "گ", "ی"], ["fa", "ur"]), (["ٹ", "ڈ", "ے", "ں"], ["ur"]), (["ة", "ي"], ["ar"]),
  ].map { (Set($0.0), $0.1.map(Language.init)) }

  private static func profile(_ code: String, _ words: String) -> (Language, Set<String>) {
    (Language(code), Set(words.split(whereSeparator: \.isWhitespace).map(String.init)))
  }
}
