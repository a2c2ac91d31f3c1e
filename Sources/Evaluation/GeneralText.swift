/// A sample of general English, written for this: what a model should go on knowing while it learns
/// to follow instructions. Articles, reports, stories, letters, notes; their facts are right, people
/// and places in news and stories are made up.
enum GeneralText {
  static let english = [
    """
    Mitochondria are organelles found in nearly all eukaryotic cells, where they carry out the \
    final stages of respiration and supply most of the cell's adenosine triphosphate. Each is \
    bounded by two membranes, the inner of which is thrown into folds called cristae, and it is \
    along these folds that the electron transport chain is arranged. Mitochondria keep a small \
    circular genome of their own, and they divide independently of the cell that houses them. \
    These features are taken as evidence that they descend from free-living bacteria, probably \
    relatives of today's alphaproteobacteria, which were engulfed by an ancestral host more than a \
    billion years ago. Over time most of their genes were lost or moved to the nucleus, so that \
    the partnership can no longer be dissolved by either side.
    """,
    """
    The council in Harrow Quay voted seven to four on Tuesday night to close the town's only ferry \
    landing for eighteen months while the pilings are replaced. Residents of the eastern shore, \
    many of whom rely on the crossing to reach the hospital, packed the chamber and spoke for \
    nearly three hours before the vote. "You are asking my mother to ride a bus for ninety minutes \
    to get her dialysis," said Dennis Aldworth, a roofer. The harbor engineer, Priya Castellan, \
    told members that an inspection in March had found eleven pilings with less than a third of \
    their original strength. A temporary water taxi will run on weekdays, the mayor said, though \
    no operator has yet been chosen and the budget for it has not been approved.
    """,
    """
    I have always distrusted people who claim to love mornings. It is not that I doubt their \
    sincerity; I doubt their memory. What they love is the half hour after they have been up for a \
    while, when the coffee is in hand and the street is still empty, and they have conveniently \
    forgotten the minutes before, when the alarm went off and the floor was cold. We do this with \
    most of our pleasures. The climber remembers the summit, the parent remembers the sleeping \
    child, the writer remembers the finished page. Perhaps this is a kind of mercy. If we kept an \
    honest ledger of every satisfaction and what it cost us, entry by entry, we might never put \
    our feet on that cold floor at all.
    """,
    """
    The house had been shut up since the funeral, and when Marguerite put her shoulder to the door \
    it gave all at once, so that she stumbled into the hall with her hat over one eye. Nothing had \
    been moved. Her uncle's walking stick leaned in its corner; his spectacles lay folded on the \
    table beside a newspaper four months old. She had expected to feel grief, or at least the \
    respectable imitation of it that she had practiced in the carriage. Instead she felt watched. \
    Somewhere above her a floorboard settled, then another, in the unhurried rhythm of a man \
    crossing a room to look out of a window. "Mr. Pell?" she called, though the agent had told her \
    plainly that no one else held a key.
    """,
    """
    "You sold it," said Owen. "I lent it," said his brother. "There's a difference." "To whom?" \
    Rafe turned his cup around on the saucer as if the answer might be painted on the other side. \
    "A man at the docks. He seemed honest." "He seemed honest. Did he have a name, this honest \
    man?" "He had a very nice coat." Owen laid both hands flat on the table and breathed out \
    through his nose. Across the room the landlady had stopped wiping the counter in order to hear \
    better, and she did not pretend otherwise. "That boat," Owen said at last, "was the only thing \
    Father left us that floated." "It leaked," said Rafe. "It leaked a little." "It leaked a good \
    deal, Owen. I'd be surprised if he's still wearing the coat."
    """,
    """
    Plate tectonics describes the motion of the rigid slabs that make up Earth's outer shell. \
    These plates, which include both the crust and the uppermost mantle, move at rates of a few \
    centimeters a year, about as fast as fingernails grow. Where they separate, as along the Mid- \
    Atlantic Ridge, molten rock wells up and hardens into new ocean floor. Where they converge, \
    one may slide beneath the other and sink into the mantle, producing deep trenches, \
    earthquakes, and chains of volcanoes. Alfred Wegener had argued for drifting continents as \
    early as 1912, but he could offer no convincing mechanism, and most geologists set the idea \
    aside. Surveys of the sea floor in the 1950s and 1960s, especially the discovery of magnetic \
    stripes running parallel to the ridges, brought it back decisively.
    """,
    """
    Dear Aunt Constance, the parcel came on Thursday and survived the journey better than I did \
    last time. Only one jar had cracked, and it was the quince, so the damage to the paper was at \
    least fragrant. The children have already finished the gingerbread, except for Toby, who is \
    saving his in a drawer and will not be reasoned with. We are all well apart from the usual \
    coughs. Henry has been asked to stay on at the school until June, which is good news for the \
    rent and bad news for the garden. I do wish you would reconsider coming in the spring. The \
    back bedroom is dry now and has a new stove, and you would not have to climb any stairs but \
    the two at the front step. With love, Ellen.
    """,
    """
    The Lantern Eaters is a novel that wants to be two books and very nearly manages it. The first \
    is a patient account of three sisters running a failing guesthouse on a lake; the second is a \
    ghost story, told in letters, set in the same rooms eighty years earlier. Josephine Brandt \
    writes the sisters beautifully. Their quarrels over linen and money have the rhythm of real \
    families, in which nobody ever finishes a sentence because everyone already knows how it ends. \
    The letters are less successful, partly because the drowned governess who composes them has \
    the same dry wit as the eldest sister, and it becomes hard to tell them apart. Still, the last \
    forty pages, where the two stories finally touch, are worth the wait. I read them standing up \
    on a crowded train.
    """,
    """
    Before you sharpen a kitchen knife, look at the edge under a bright lamp and find out what is \
    actually wrong with it. A blade that is merely out of true can be restored with a few strokes \
    on a steel, but one with nicks or a rounded edge needs a stone. Soak the stone if it is the \
    kind that takes water, set it on a damp towel so it cannot slide, and hold the blade at about \
    fifteen or twenty degrees. Draw it across from heel to tip with light, even pressure until you \
    can feel a faint burr along the opposite side. Then turn the knife over and do the same. \
    Finish on a finer grit, wipe everything clean, and try the edge on a ripe tomato, which \
    forgives nothing.
    """,
    """
    We examined whether exposure to artificial light at night alters the foraging behavior of a \
    nocturnal ground beetle in suburban woodland. Over two summers, pitfall traps were placed at \
    thirty-six sites along a gradient of illumination, and marked individuals were followed with \
    fluorescent powder. Beetle activity declined with increasing light, and the effect was \
    strongest on moonless nights. Individuals captured near lamps carried less gut content and had \
    lower body mass than those from dark sites, although sex ratios did not differ. Experimental \
    shielding of twelve lamps partially restored activity within three weeks. These findings \
    suggest that modest changes in fixture design may reduce the ecological costs of suburban \
    lighting, but the long-term consequences for population size remain uncertain and will require \
    monitoring over several generations.
    """,
    """
    The Tenant shall keep the Premises in good and clean condition and shall not make any \
    alteration or addition to them without the prior written consent of the Landlord, which \
    consent shall not be unreasonably withheld or delayed. Where consent has been given, the \
    Tenant shall carry out the works at its own expense, in a workmanlike manner, and in \
    compliance with all applicable laws and with the requirements of any insurer. On the expiry or \
    earlier termination of the Term, the Tenant shall, if so required by notice given not less \
    than sixty days beforehand, remove any such alteration and make good all damage caused by its \
    removal. Nothing in this clause shall oblige the Tenant to remedy fair wear and tear or damage \
    by any risk against which the Landlord has insured.
    """,
    """
    For seventy minutes on Saturday the Millbrook Rovers looked like a side waiting to be put out \
    of its misery. They trailed by two, they had lost their captain to a hamstring strain before \
    the half, and the rain had turned the near touchline into something you could have planted \
    rice in. Then Adewale Finch came off the bench. His first touch was a heavy one, his second \
    drew a penalty, and his third, eleven minutes later, was a looping header that seemed to hang \
    above the keeper's glove before dropping under the bar. The winner, deep in added time, went \
    in off a defender's knee, and no one in the home end cared in the slightest. The visitors' \
    manager left without speaking to reporters, his umbrella still folded.
    """,
    """
    We reached the pass a little after noon and found that someone had built a tea stall there out \
    of old roofing tin and the door of a truck. The owner, a woman of perhaps sixty, waved us onto \
    a bench and poured without asking. There was no view to speak of, only cloud moving up the \
    valley like milk in water, but every few minutes it tore open to show a slope of black scree \
    or a single white goat. Our driver said that in his father's day the crossing took two days on \
    foot and that people were sometimes lost. Now it takes four hours, and what is mostly lost is \
    exhaust pipes. I drank three cups, sweet and salty and slightly smoky, and did not want to \
    leave.
    """,
    """
    My grandfather kept bees, though he was afraid of them. He never said so, but I saw how long \
    he stood at the shed door before he put on the veil, and how he talked to himself all the way \
    down the path. I must have been eight or nine when I asked why he did not just give them up. \
    He told me that his wife had started the hives, and that when she died he could not think how \
    to tell the bees to leave. For years I thought this was a joke. It was only when I was \
    clearing out my own mother's greenhouse, unable to throw away a single tray of dead seedlings, \
    that I understood he had been giving me a perfectly straight answer.
    """,
    """
    The scheduler reads its configuration once at startup and again whenever it receives a hangup \
    signal. Changes to the worker count take effect gradually: new workers are started at once, \
    but surplus workers are allowed to finish the task they are holding before they exit. If a \
    configuration file cannot be parsed, the scheduler logs the line number of the first error and \
    continues with the settings already in memory. It will never run with a partially applied \
    configuration. Note that the queue directory cannot be changed without a full restart, because \
    open file handles are shared between processes. Operators who need to move the queue should \
    drain it first, confirm that the pending count has reached zero, and only then stop the \
    service and edit the path.
    """,
    """
    Has anyone else had trouble with the rear derailleur on the older touring frames? I picked one \
    up secondhand last month and it shifts fine on the stand, but as soon as I put any real weight \
    on the pedals it drops two cogs at a time. I've replaced the cable and housing, checked the \
    hanger with a gauge at the shop, and gone through the limit screws twice. The chain is new. \
    The only thing I haven't touched is the freehub, which has a bit of side play that I assumed \
    was normal for its age. Before I spend money on a wheel I'd like to know whether that could \
    really cause it, or whether I'm missing something obvious. Photos to follow when my phone is \
    charged.
    """,
    """
    Friends, I was told to keep this short, and those of you who know me will already be looking \
    at your watches. Forty years ago this library was one room above a hardware store, and to \
    borrow a book you had to walk past the paint cans. I remember the smell. I remember Mrs. \
    Okafor-Lindqvist, who stamped every date by hand and who once sent me home with a volume I was \
    much too young for, on the grounds that I would grow into it. Tonight we open a building with \
    light on every side. But I hope we will not forget that what mattered in that little room was \
    not the shelves. It was that someone looked up when you came in, and was glad to see you.
    """,
    """
    Consider the well. No one praises it while it is full. We lower the bucket, we draw it up, we \
    go about the business of the day, and the rope wears its small groove in the stone. It is only \
    in the dry month, when the bucket comes up light, that we lean over and look down into the \
    dark and think about where the water has been coming from. So it is with the patience of those \
    who love us. We draw on it daily and seldom ask what feeds it. Let us not wait for the \
    drought. Let us go today, while there is still water enough to see our own faces in, and say \
    to someone a plain word of thanks.
    """,
    """
    Comparative advantage is the principle that two parties can gain from trade even when one of \
    them is better at producing everything. What matters is not absolute skill but the cost of \
    each good measured in terms of the other goods that must be given up to make it. David Ricardo \
    set out the argument in 1817 with an example involving English cloth and Portuguese wine. In \
    his figures Portugal could make both goods with less labor, yet both countries ended up better \
    off when Portugal concentrated on wine and England on cloth. The idea is simple but often \
    misunderstood, and economists have spent two centuries refining its assumptions. It says \
    little, for instance, about how the gains are divided within each country, or about what \
    happens to workers whose industries shrink.
    """,
    """
    The lighthouse keeper's daughter learned to count by the beam. Four sweeps, then dark, then \
    four again, and in the dark she would hold her breath until the light returned, as though it \
    were she who brought it round. By the time she was ten she could tell the weather from the \
    sound of the gallery rail, and by twelve she could trim the lamp herself. So on the night her \
    father did not come up from the boathouse, she did not cry out or run. She wound the \
    clockwork, checked the oil, and wrote the hour in the log in a hand as much like his as she \
    could make it. Only then did she take the lantern and go down to the rocks.
    """,
    """
    Officials in the valley of Sarn Bridge said on Friday that the fire that destroyed a grain \
    elevator earlier this week was most likely started by an overheated bearing, not by arson as \
    some residents had suspected. Chief Lorna Petrakis said investigators found no trace of \
    accelerants, and that a maintenance log recovered from the site office showed the conveyor had \
    been flagged for repair in August. Two workers were treated for smoke inhalation and released. \
    The cooperative that owns the elevator estimates its losses at a little over four million, \
    most of it insured, but farmers with a late harvest still in the field now face a sixty- \
    kilometer haul to the nearest alternative. A meeting for members has been called for Monday \
    evening in the school gymnasium.
    """,
    """
    Black holes are regions of space in which gravity is so strong that nothing, not even light, \
    can escape once it has crossed a boundary called the event horizon. They are predicted by the \
    general theory of relativity, which Albert Einstein completed in 1915; Karl Schwarzschild \
    found the first exact solution describing such an object shortly afterward. Stellar black \
    holes form when massive stars exhaust their fuel and collapse. Far larger ones, with millions \
    or billions of times the mass of the Sun, lie at the centers of most large galaxies, including \
    our own. Because they emit no light, they are studied through their effects on nearby matter \
    and, since 2015, through gravitational waves produced when two of them merge. In 2019 \
    astronomers published the first image of the shadow of one, in the galaxy M87.
    """,
    """
    Lake Baikal, in southern Siberia, is the deepest lake in the world and holds roughly a fifth \
    of all the unfrozen fresh water on the planet's surface. It lies in a continental rift that is \
    still widening, and its floor, more than sixteen hundred meters down at the deepest point, is \
    covered by several kilometers of sediment. Hundreds of rivers and streams feed it, the largest \
    being the Selenga, but only one, the Angara, flows out. The lake freezes for several months \
    each winter, with ice clear enough in places to see far into the water below. Many of its \
    animals are found nowhere else, among them the Baikal seal, one of the few seals that live \
    entirely in fresh water. The lake was named a World Heritage Site in 1996.
    """,
    """
    People like to say that the map is not the territory, as though this were a warning. I think \
    of it as a comfort. A map that included everything would be as large as the country and just \
    as difficult to fold. What makes a map useful is the courage of the person who drew it to \
    leave out the hedges, the barking dogs, the argument going on in the third house from the \
    corner, and to say instead: here is the road, and here is the river, and this is where the two \
    of them meet. Good explanations work in the same way. They are acts of generous omission. The \
    danger is not that something is missing, but that we forget who chose what to leave out, and \
    why.
    """,
    """
    At the back of the shop, behind the clocks that did not work, sat the clock that did. It was \
    an ugly thing with a face like a boiled egg, and Mr. Tarrant had been trying to sell it for \
    eleven years. "It gains," he told the girl honestly. "About a minute a day. You'd be early for \
    everything." She thought about this. She was nineteen, and she had been late to her own \
    christening, to both of her examinations, and that very morning to the interview that had \
    brought her to this street. "How early would I be by Christmas?" she asked. Mr. Tarrant worked \
    it out on the edge of a receipt. "Two hours and a quarter," he said. She opened her purse and \
    began counting coins onto the glass.
    """,
    """
    To make a simple vegetable stock, begin with onions, carrots, and celery in roughly equal \
    amounts, cut small so that they give up their flavor quickly. Warm a little oil in a heavy pot \
    and let the vegetables soften without browning, which takes about ten minutes if you are \
    patient with the heat. Add cold water to cover by a few centimeters, a bay leaf, some \
    peppercorns, and the stems from a bunch of parsley. Mushrooms will make it darker and richer; \
    cabbage and its relatives will make it smell of a school corridor and are best left out. Keep \
    it at a bare simmer for forty minutes, no more, then strain it without pressing. Salt it only \
    when you know what it will be used for.
    """,
    """
    Your Honor, the plaintiff does not dispute that the contract contains a limitation of \
    liability. Our position is narrower. The clause limits recovery for losses arising from the \
    performance of the services, and what occurred on the ninth of February was not performance at \
    all. The defendant had been told in writing, twice, to stop work. It went back onto the site \
    at night, without notice, and removed equipment belonging to my client in order to improve its \
    bargaining position over an unpaid invoice. Whatever one calls that conduct, it was not a \
    service, and no reasonable reader of the agreement would suppose that the parties meant to cap \
    the damages for it in advance. The cases cited by my friend all concern negligent work. Not \
    one concerns a deliberate taking.
    """,
    """
    We report a simple method for estimating the moisture content of stacked timber from the speed \
    of sound. Pulses were transmitted through boards of spruce and beech at fourteen moisture \
    levels between air-dry and saturated, and arrival times were recorded with inexpensive contact \
    sensors. Velocity fell steadily with increasing moisture up to the fiber saturation point and \
    changed little above it. A model with separate slopes for each species predicted moisture in \
    an independent set of boards with a mean error of 1.8 percentage points, comparable to \
    commercial resistance meters. Knots and grain deviation were the largest sources of error. \
    Because the sensors need access to only the two ends of a board, the method may be useful for \
    monitoring stacks in kilns, where pin meters are difficult to place.
    """,
    """
    It's the smell of the gym I remember best, that mixture of floor wax and wet wool, because the \
    dances were always in winter and everyone's coats were heaped along the wall bars. I was tall \
    early and stood at the back with the other tall girls, holding a paper cup. We had an \
    agreement that if anyone asked one of us, the rest would look away, so as not to make it \
    worse. In the spring of my last year a boy named Curtis Bellamy crossed the entire floor, in \
    front of everybody, and asked whether I knew what time it was. I told him. He thanked me and \
    walked all the way back. We have been married for thirty-one years, and he still maintains \
    that he only wanted to know the time.
    """,
    """
    Photosynthesis is the process by which plants, algae, and some bacteria use the energy of \
    sunlight to build sugars from carbon dioxide and water. In plants it takes place inside \
    chloroplasts and falls into two linked stages. In the first, chlorophyll and other pigments \
    capture light and use it to split water, releasing oxygen and storing energy in two carrier \
    molecules. In the second, known as the Calvin cycle, those carriers power the assembly of \
    carbon dioxide into organic compounds with the help of an enzyme called rubisco. Rubisco is \
    slow and sometimes binds oxygen by mistake, a wasteful reaction that certain plants, such as \
    maize and sugarcane, have evolved ways to limit. Nearly all of the oxygen in the modern \
    atmosphere was produced by organisms that carry out this process.
    """,
    """
    Shares in Corvane Textiles fell by nearly a fifth on Wednesday after the company said that a \
    fault in its inventory system had overstated stock at three warehouses for most of last year. \
    The correction will reduce previously reported profit by about nine percent, the firm said in \
    a statement, and its auditors have been asked to widen their review. Chief executive Malin \
    Osterhaus described the error as "embarrassing but contained" and said there was no sign of \
    fraud. Analysts were less certain. Gordon Whitby of the brokerage Tell and Marsh noted that \
    the company had replaced its finance director twice in five years, and lowered his rating on \
    the stock. Corvane, which makes upholstery fabric and sailcloth, employs around two thousand \
    people, most of them in the coastal towns around Eddering.
    """,
    """
    There was once a miller who had three sacks of flour and two sons, and he could not think how \
    to divide the one among the other. He asked the priest, who told him to give one sack to each \
    boy and the third to the church. He asked the landlord, who told him that the third sack was \
    owed in rent. He asked his wife, who laughed until she had to sit down. "Bake it," she said. \
    "Bake all of it, and tell everyone on the road to come." So they fired the oven and baked for \
    two days, and the whole village ate, even the priest and the landlord; and the sons, who had \
    done the carrying, discovered that they both wanted to be bakers.
    """,
    """
    To the editor: Your recent article on the pedestrian bridge left out the most important fact \
    about it, which is that it does not go anywhere. It begins in a parking lot that closes at six \
    and ends at a fence. I have lived beside it for nine years and have counted, on a good day, \
    four people crossing, two of whom were turning back. I am told that the path on the far side \
    will be finished when the railway agrees to release the land, and that the railway will agree \
    when the county finishes its survey, and that the survey will begin when there is a path to \
    survey. Meanwhile it is lit all night at public expense. Might we at least have a bench in the \
    middle, so that it could be called a viewpoint? Yours, R. Tillotson.
    """,
    """
    Sound is a disturbance that travels through a material as a pattern of compressions and \
    expansions. In dry air at twenty degrees Celsius it moves at about 343 meters per second; in \
    water it is more than four times faster, and in steel faster still, because stiffer materials \
    pass the disturbance along more quickly. The pitch we hear corresponds to the frequency of the \
    wave, and young people with good hearing can detect frequencies from roughly twenty to twenty \
    thousand cycles per second. Loudness depends on the amplitude, though the ear responds in a \
    far from simple way, and so intensity is usually expressed on the logarithmic decibel scale. \
    Since sound needs a medium, it cannot cross a vacuum, a fact demonstrated in the seventeenth \
    century by Robert Boyle, who pumped the air away from around a ticking watch.
    """,
    """
    The trouble with advice is that it is almost always given by survivors. The investor who held \
    on through the crash tells you to hold on; the one who held on and was ruined is not invited \
    to speak. The novelist with forty rejections and one great success tells you never to give up, \
    and she is quite sincere, but for every one like her there are a hundred who did not give up \
    and perhaps should have. None of this means that advice is worthless. It means we should treat \
    it as we treat a photograph of a mountain taken from the top. It proves that somebody got \
    there. It tells us what the view was like. About the path, and the weather on the day we \
    ourselves set out, it is silent.
    """,
    """
    Captain Yevane did not believe in omens, but she wrote them down. In the margins of the ship's \
    log, beside the bearings and the soundings, there was a second voyage recorded in smaller \
    letters: a gull that walked the length of the deck; a bell heard in fog where no bell should \
    be; the cook's dream about his teeth. When the mate asked her why, she said that a thing need \
    not be true to be worth keeping count of. If the crew thought their luck had turned, they tied \
    worse knots. "So it isn't the gull you're tracking," he said. "No," said the captain, and \
    dipped her pen. "It's how many of you saw it." That evening, without comment, she doubled the \
    watch and had every line on the foremast retied.
    """,
    """
    The new edition of the field guide arrived last week and I have mixed feelings. The plates are \
    much better. The old ones made every brown moth look like the same brown moth, whereas here \
    you can actually see the kidney mark and the way the outer line bends. The maps have been \
    redone as well. What I miss is the old author's voice. The previous book would tell you that a \
    species was "dull but worth knowing" or that its caterpillar was "best looked for by somebody \
    else." All of that has gone, and in its place we get standard paragraphs under standard \
    headings. I suppose it is easier to use in the field. I'll be carrying the new one in my bag \
    and keeping the old one beside the bed.
    """,
    """
    Backups that have never been restored should be regarded as rumors. A nightly job may report \
    success for years while writing an archive that omits the one directory that matters, or that \
    is encrypted with a key nobody can find. The only dependable test is to restore the data onto \
    a separate machine and to have someone who uses it every day look at the result. Schedule this \
    at least twice a year and treat it as real work, with a ticket and a named owner. Record how \
    long the restore took, since that figure is what the business will want to know during an \
    outage. Keep one copy somewhere that cannot be reached from the network, and make sure that \
    the instructions for using it are printed on paper.
    """,
  ]
}
