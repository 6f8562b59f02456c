"""The fillers: names, cities, words, trades, emoji - real ones from short lists, most of them random syllables.

Random syllables are the point: a model of a million parameters that has seen a fixed list learns the list; one that has
seen half a million invented names learns to copy. One filler in ten is held out by a checksum of its letters: it is never
used for training (`Fillers(held_out=False)`), and only such fillers are used for the evaluation (`held_out=True`).

Some invented words are made of the vocabulary's own tokens (`pieces`). Without them, a token that occurs in the templates
and in held-out fillers alone, such as " weather", is read in training and never spoken, and the model learns not to speak it.
"""
import random
import zlib

NAMES = """Ally Becca Luna Anna Bob Carl Dana Emma Finn Greta Hugo Iris Jack Kate Liam Mia Noah Olga Paul Quinn Rosa Sam
Tara Uma Victor Wendy Xena Yara Zoe Alice Ben Clara David Elena Frank Grace Henry Ivan Julia Kevin Lara Maria Nina Oscar
Peter Rachel Simon Tom Ursula Vera Walter Alan Brian Chloe Diego Eva Felix Gina Hannah Igor Jane Karl Lucy Mark Nora Otto
Petra Ralph Sara Theo Viktor Will Aria Boris Cora Dylan Elsa Flora Gwen Harry Isla Jonas Kira Leo Max Nadia Owen Pia Robin
Sofia Toby Vivian Wanda Adam Bella Chris Daisy Erik Fiona George Holly Ian Jenny Kyle Laura Mike Nelly Oliver Penny Rita
Steve Tina Vince Elara Lyra Kael Rowan Freya Bjorn Mira Ada Milo Grace Alan Linus Margaret Edith Amir Aisha Chen Mei Yuki
Kenji Priya Ravi Omar Fatima Lars Ingrid Pablo Carmen Luca Giulia Hans Marie Pierre Louise Ewa Jan Sven Astrid Kofi Ama
""".split()

CITIES = """Paris London Berlin Tokyo Madrid Rome Oslo Vienna Prague Lisbon Dublin Athens Cairo Delhi Lima Quito Sydney
Boston Denver Dallas Seattle Chicago Toronto Helsinki Stockholm Warsaw Moscow Kyoto Osaka Seoul Hanoi Jakarta Nairobi Lagos
Accra Zurich Geneva Munich Milan Venice Naples Porto Seville Lyon Bern Riga Austin Miami Hamburg Cologne Dresden Bremen
Basel Bergen Malmo Turin Bilbao Ghent Bruges Utrecht Krakow Gdansk Tallinn Vilnius Sofia Zagreb Split Mumbai Manila Perth
""".split()
CITY_PREFIXES = ("New ", "San ", "Port ", "Old ", "Saint ", "Fort ")

WORDS = """apple river stone blue house tree water table chair window door garden bread butter cheese horse tiger rabbit
monkey dragon castle bridge mountain valley ocean island forest desert summer winter spring autumn morning evening night
light shadow fire smoke cloud rain snow storm thunder silver golden copper iron paper pencil letter number music dance song
story book page picture camera mirror bottle basket pocket button needle thread cotton leather wood metal glass plastic
orange lemon banana cherry grape melon tomato potato carrot onion pepper salt sugar honey coffee milk juice soup cake candy
fish chicken turkey sheep goat donkey camel eagle falcon sparrow robin turtle spider butterfly beetle garlic ginger rocket
planet comet galaxy engine wheel hammer ladder shovel bucket candle lantern pillow blanket carpet curtain kitchen bedroom
office school market street corner village city harbor station airport ticket wallet jacket shirt sweater trousers boots
gloves helmet sword shield arrow crown throne knight wizard pirate sailor farmer baker doctor teacher artist writer singer
driver pilot soldier hunter happy quiet gentle brave clever simple strong warm cold fast slow bright dark soft hard sweet
bitter round square narrow wide deep short long early late young old new green purple yellow brown white black pink gray
run walk jump swim climb throw catch carry push pull open close build break paint draw read write sing listen watch think
learn laugh smile whisper shout sleep dream wake travel return begin finish remember forget follow lead help hello world
today tomorrow yesterday always never maybe often test foo bar alpha beta gamma delta cat dog bird sun moon star sky sea
hat cup pen box key map bag bed toy car bus jam tea egg pie owl fox ant bee pig cow one two three four five six seven eight
nine ten the a is quick over and please say name party weather plus tunnel velvet marble pebble meadow canyon glacier
volcano lagoon prairie orchard vineyard barn fence gate tower palace temple museum theatre library studio factory workshop
laboratory model token prompt answer question browser page script worker thread memory buffer stream cache server client
button slider window folder file pixel screen keyboard cable battery signal antenna satellite robot circuit magnet crystal
feather ribbon violin trumpet guitar drum flute melody rhythm puzzle riddle secret promise journey voyage compass anchor
vessel canoe kayak bicycle tractor wagon saddle bridle whistle marble ember frost breeze blossom petal root branch acorn
walnut almond olive basil mint thyme rice noodle dumpling pancake waffle biscuit muffin pretzel syrup vanilla cinnamon
lavender maple willow cedar pine oak birch fern moss clover tulip daisy lily rose poppy otter badger hedgehog squirrel
beaver dolphin whale penguin walrus seagull heron pelican lizard gecko cobra python zebra giraffe leopard panther cheetah
""".split()

ROLES = """healer knight blacksmith baker teacher wizard farmer hunter pilot doctor robot pirate sailor gardener painter
librarian merchant guard chef detective dragon thief nurse singer bard king queen captain engineer archer monk ranger smith
tailor miner guide potter cleric druid assassin scout miller fisher carpenter scholar judge lawyer poet dancer musician
astronaut plumber waiter butcher innkeeper alchemist astronomer explorer inventor officer elf archivist oracle mechanic
shepherd weaver juggler clockmaker barber banker programmer translator""".split()
ROLE_ADJECTIVES = """royal old star dragon iron river village forest city sea ghost gold moon sky desert space master young
wise snow shadow friendly famous""".split()

ACCENTED = """café naïve jalapeño über señor crème fête façade piñata déjà éclair garçon müsli smörgås élan rosé pâté
soufflé crêpe cliché fiancée résumé mañana niño año São Zürich Málaga Köln Genève Göteborg""".split()
ACCENTS = {"a": "áàâäãå", "c": "ç", "e": "éèêë", "i": "íîï", "n": "ñ", "o": "óòôöø", "u": "úùûü"}

EMOJI = "🙂😀😂😅😉😊😍😎🤔😢😭😡👍👎👋🙏💪🎉🎈🎁🎂🏆🚀🌍🌙🌟🌧🌈🔥🌊🌲🌵🌸🍀🍎🍋🍌🍇🍕🍔🍰🍵🐶🐱🐭🐰🦊🐻🐼🐸🐵🐧🐢🐍🐉🐙🐝🐞💡📚📷🔑🔔🎵🎲🎸🚲🚗🚂"

ONSETS = "b c d f g h j k l m n p r s t v w z br cr dr fr gr kr tr bl cl fl gl pl sh th ch st sk sp qu y x".split()
NUCLEI = "a e i o u a e i o u a e i o ai ea ou ie oo ee y ar er or".split()
CODAS = ["", "", "", "n", "r", "l", "s", "k", "m", "t", "d", "x", "th", "rn", "nd", "sh", "g", "p", "v", "ck", "ll", "z"]


def is_held_out(filler):
    """The same one in ten in every run, on every machine, whatever the seed."""
    return zlib.crc32(filler.lower().encode()) % 10 == 0


class Fillers:
    """Draws fillers from one seeded generator. `held_out` chooses which side of the split they come from."""

    def __init__(self, seed, held_out=False, pieces=()):
        self.random = random.Random(seed)
        self.held_out = held_out
        self.pieces = pieces

    def chance(self, probability):
        return self.random.random() < probability

    def phrase(self, phrases, usual=5):
        """One of the phrases; the first, which the product's scenarios and documentation use, `usual` times as often."""
        extra = usual - 1
        index = self.random.randrange(len(phrases) + extra) - extra
        return phrases[max(index, 0)]

    def pick(self, items):
        """One of the items on this side of the split, or any if none is."""
        items = list(items)
        return self.random.choice([item for item in items if self._belongs(str(item))] or items)

    def name(self):
        return self._draw(NAMES, real=0.3).capitalize() if not self.chance(0.02) else self.accented().capitalize()

    def city(self):
        city = self._draw(CITIES, real=0.25).capitalize()
        return self.random.choice(CITY_PREFIXES) + city if self.chance(0.1) else city

    def word(self):
        return self._draw(WORDS, real=0.6)

    def role(self):
        while True:
            role = self.random.choice(ROLES)
            if self.chance(0.35):
                role = self.random.choice(ROLE_ADJECTIVES) + " " + role
            if self.chance(0.15):
                role = self._invented() + ("er" if self.chance(0.5) else "")
            if self._belongs(role):
                return role

    def number(self):
        """Mostly below a hundred, up to four digits: digits are tokens of their own, so long ones are hard to copy."""
        return str(self.random.randrange(10 ** self.random.choice((1, 2, 2, 2, 3, 4))))

    def accented(self):
        while True:
            word = self.random.choice(ACCENTED) if self.chance(0.4) else self._invented()
            places = [i for i, letter in enumerate(word) if letter in ACCENTS]
            if word.isascii() and places:
                i = self.random.choice(places)
                word = word[:i] + self.random.choice(ACCENTS[word[i]]) + word[i + 1 :]
            if not word.isascii() and self._belongs(word):
                return word

    def digits(self, length):
        """A code of digits: digits are tokens of their own."""
        return "".join(self.random.choice("0123456789") for _ in range(length))

    def key(self):
        """A key of JSON, in snake_case, or now and then in camelCase."""
        words = [self.word() for _ in range(self.random.choice((1, 1, 2, 2, 3)))]
        words = [word for word in words if word.isascii()] or ["value"]
        return "_".join(words) if self.chance(0.85) else words[0] + "".join(word.capitalize() for word in words[1:])

    def time(self):
        return f"{self.random.randint(0, 23)}:{self.random.choice(('00', '15', '30', '45', self.random.randint(10, 59)))}"

    def email(self):
        return f"{self.word()}@{self.word()}.{self.random.choice(('com', 'org', 'net', 'dev'))}"

    def title(self):
        return " ".join(self.word().capitalize() for _ in range(self.random.choice((1, 2, 2, 3))))

    def words(self, *lengths):
        return " ".join(self.word() for _ in range(self.random.choice(lengths)))

    def emoji(self):
        """Of the well-known ones, or any of the block from U+1F300 (four bytes, hence four tokens, each)."""
        while True:
            emoji = self.random.choice(EMOJI) if self.chance(0.6) else chr(self.random.randrange(0x1F300, 0x1F650))
            if not 0x1F3FB <= ord(emoji) <= 0x1F3FF and self._belongs(emoji):  # skin tones only modify what precedes them
                return emoji

    def _draw(self, real_ones, real):
        while True:
            filler = self.random.choice(real_ones) if self.chance(real) else self._invented()
            if len(filler) > 1 and self._belongs(filler):
                return filler

    def _belongs(self, filler):
        return is_held_out(filler) == self.held_out

    def _invented(self):
        choice = self.random.choice
        if self.pieces and self.chance(0.4):
            return "".join(choice(self.pieces) for _ in range(choice((1, 2, 2, 3))))[:14]
        if self.chance(0.12):  # letters that no language would put together, so that every letter stays copyable
            return "".join(choice("abcdefghijklmnopqrstuvwxyz") for _ in range(self.random.randint(3, 7)))
        word = "".join(choice(ONSETS) + choice(NUCLEI) + choice(CODAS) for _ in range(choice((1, 2, 2, 2, 3))))
        if self.chance(0.3):
            word = choice("aeiou") + word
        if self.chance(0.25):
            word += choice("aeiou")
        return word[:11]
