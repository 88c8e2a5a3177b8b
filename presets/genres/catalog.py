"""What the genres are made of: grooves, chord progressions, scales."""
import re

from genres.tools import f


# Grooves: file | variants | beats per bar | tempo range | flags
#   drums: the file has drums only, the script writes bass and harmony
#   sw:    swung eighths in the tracks that the script adds
GROOVES = {
    "blues": """
stdlib/blues | Blues Blues1 BluesTriple BluesSus BluesTripleL | 4 | 84-132 | sw
stdlib/slowblues | SlowBlues SlowBluesWalk4 SlowBluesWalk8 SlowBluesSus\
 SlowBlues12Triple | 4 | 54-80 | sw
stdlib/fastblues | FastBlues FastBluesWalk FastBlues1 FastBluesSus | 4 | 130-184 | sw
stdlib/blues68 | Blues68 Blues68Plus Blues68Walk | 6 | 150-216 |
stdlib/blues128 | Blues128 Blues128Plus Blues128Sus | 4 | 54-84 | sw
stdlib/boggiewoggie | BoggieWoggie BoggieWoggie1 BoggieWoggie2 BoggieWoggie3 | 4 | 116-168 | sw
stdlib/shuffleboggie | ShuffleBoggie ShuffleBoggie1 ShuffleBoggieSus | 4 | 96-144 | sw
stdlib/bluefolk | BlueFolk BlueFolk2 BlueFolkPlus | 4 | 84-126 | sw
casio/blues | Blues | 4 | 72-116 | sw
casio/shuffleboogie | ShuffleBoogie | 4 | 104-150 | sw
zoom/blues | BLUS01 BLUS02 BLUS03 BLUS05 BLUS06 | 4 | 66-126 | drums sw
zoom/shuffle | SHFL01 SHFL02 SHFL03 SHFL04 SHFL05 | 4 | 84-140 | drums sw
""",
    "classical": """
stdlib/waltz | WaltzSus Waltz1Sus | 3 | 120-180 |
stdlib/vienesewaltz | VieneseWaltz VieneseWaltzSus VieneseWaltz1Sus | 3 | 150-190 |
stdlib/frenchwaltz | FrenchWaltzSus FrenchWaltz2Sus | 3 | 140-190 |
stdlib/arpeggio44 | Arpeggio4Sus Arpeggio8Sus Arpeggio48Sus Arpeggio8 | 4 | 70-120 |
stdlib/arpeggio68 | Arpeggio68Sus Arpeggio68-16 Arpeggio68Sus-16 | 6 | 130-200 |
stdlib/arpeggiowaltz | ArpeggioWaltzSus Arpeggiowaltz8Sus ArpeggioWaltz8 | 3 | 90-140 |
stdlib/hymn | Hymn HymnRoot HymnWalk HymnPlus HymnWalkPlus | 4 | 60-100 |
stdlib/lullaby | LullabySus Lullaby1Sus LullabyPlus | 4 | 70-110 |
casio/serenade | Serenade | 4 | 70-110 |
stdlib/bwmarch | BWMarch BWMarchSus BWMarchPlus | 4 | 100-126 |
own/quartet | chorale | 4 | 56-108 |
own/alberti | sonata | 4 | 96-150 |
own/baroque | concerto | 4 | 76-120 |
own/romantic | nocturne | 4 | 56-92 |
own/fugue | organ | 4 | 66-104 |
own/tutti | symphony | 4 | 84-144 |
own/guitar | etude | 4 | 70-120 |
own/harp | pastorale | 3 | 84-140 |
""",
    "country": """
stdlib/countryswing | CountrySwing CountrySwing1 CountrySwing2 CountrySwingSus | 4 | 112-176 | sw
stdlib/countrywaltz | CountryWaltz CountryWaltz1 CountryWaltzWalk CountryWaltzSus | 3 | 96-150 |
stdlib/countryblues | CountryBlues CountryBluesWalk CountryBlues1 | 4 | 84-132 | sw
stdlib/slowcountry | SlowCountry SlowCountryWalk SlowCountryPlus SlowCountrySus | 4 | 66-100 |
stdlib/hillcountry | HillCountry HillCountryPlus HillCountrySus | 4 | 100-160 |
stdlib/bluegrass | BlueGrass BlueGrassSus BlueGrassBottle | 4 | 120-190 |
stdlib/westernswing | WesternSwing WesternSwingPlus WesternSwingSus | 4 | 120-190 | sw
stdlib/folk | Folk FolkWalk FolkArticulated | 4 | 90-140 |
stdlib/folkballad | FolkBallad FolkBallad1 FolkBalladPlus | 4 | 80-120 |
yamaha/western | WesternMainA WesternMainB | 4 | 96-140 |
yamaha/jazzcountry | JazzCountryMainA JazzCountryMainB | 4 | 110-160 |
kara/kwestballad | kwestballadA kwestballadB kwestballadC | 4 | 62-90 |
zoom/country | CNTR01 CNTR02 CNTR03 CNTR04 | 4 | 96-160 | drums
""",
    "disco": """
casio/discosoul | DiscoSoul | 4 | 104-128 |
stdlib/boneym | BoneyM BoneyMPlus BoneyMSus | 4 | 112-130 |
stdlib/dsoul | DSoul DSoulPlus DSoulSus | 4 | 100-124 |
casio/8beatdance | 8BeatDance | 4 | 112-132 |
casio/dance1 | Dance1 | 4 | 114-134 |
casio/dance2 | Dance2 | 4 | 114-134 |
casio/dancepop1 | DancePop1 | 4 | 110-130 |
casio/dancepop2 | DancePop2 | 4 | 110-130 |
casio/dancepop3 | DancePop3 | 4 | 110-130 |
casio/latinhouse | LatinHouse | 4 | 112-128 |
zoom/dance | DANC01 DANC02 DANC03 DANC04 DANC05 DANC06 DANCE | 4 | 108-132 | drums
zoom/house | HOUS01 HOUS02 HOUS03 HOUS04 | 4 | 112-128 | drums
own/fourfloor | disco | 4 | 108-130 | drums
""",
    "hiphop": """
zoom/hiphop | HIP01 HIP02 HIP03 HIP04 HIP05 HIP06\
 HIP07 HIP08 HIP09 HIP10 HIP11 HIP12 | 4 | 78-104 | drums
zoom/hiphop | HIP13 HIP14 HIP15 HIP16 HIP17 HIP18 HIP19 HIP20 HIP21 HIP22 HIP23 | 4 | 78-104 | drums
zoom/hiphop | HIP02 HIP05 HIP08 HIP11 HIP14 HIP17 HIP20 HIP23 | 4 | 84-110 | drums
zoom/trip | TRIP01 TRIP02 TRIP03 TRIP04 | 4 | 70-96 | drums
zoom/rnb | RnB01 RnB02 RnB03 RnB04 RnB05 | 4 | 80-104 | drums
alexis/hiphop | HipHop HipHopPlus1 HipHopSus HipHopPlus2 | 4 | 80-104 |
casio/hip-hop | Hip-Hop | 4 | 82-106 |
casio/triphop | TripHop | 4 | 72-98 |
casio/modernrb | ModernR&B | 4 | 78-104 |
own/boombap | boombap | 4 | 82-100 | drums
own/trap | trap | 4 | 64-80 | drums
""",
    "jazz": """
stdlib/swing | Swing SwingWalk Swing1 Swing1Walk SwingPlus SwingSus Swing2 | 4 | 110-210 | sw
stdlib/bebop | Bebop BebopPlus BebopSus | 4 | 120-150 | sw
stdlib/bigband | BigBand BigBandPlus BigBand1 BigBandSus | 4 | 120-190 | sw
stdlib/jazzwaltz | JazzWaltz JazzWaltz1 JazzWaltz2 JazzWaltzSus | 3 | 120-190 | sw
stdlib/modernjazz | ModernJazz ModernJazz1 ModernJazz2 | 4 | 110-190 | sw
stdlib/modernjazzwaltz | ModernJazzWaltz ModernJazzWaltz1 | 3 | 120-180 | sw
stdlib/jazzguitar | JazzGuitar JazzGuitarWalk JazzGuitar1Walk JazzGuitar2 | 4 | 96-170 | sw
stdlib/bossanova | BossaNova BossaNovaSus BossaNovaPlus | 4 | 110-150 |
stdlib/gypsyjazz | GypsyJazz GypsyJazzFiddle GypsyJazzGuitar | 4 | 140-220 | sw
stdlib/nitejazz | NiteJazz NiteJazzPlus NiteJazzSus | 4 | 84-140 | sw
stdlib/mellowjazz | MellowJazz MellowJazzPlus MellowJazzSus | 4 | 76-130 | sw
stdlib/easyswing | EasySwing EasySwingWalk EasySwing1 EasySwing2 | 4 | 96-160 | sw
stdlib/fastswing | FastSwing FastSwingWalk | 4 | 180-250 | sw
stdlib/slowjazz | SlowJazz SlowJazzWalk SlowJazz1 SlowJazz1Walk | 4 | 60-96 | sw
stdlib/evansish | Evansish EvansishPlus Evansish1 | 4 | 90-160 | sw
stdlib/jazz-54 | Jazz54 Jazz54Walk | 5 | 140-180 | sw
stdlib/jazzcombo | JazzCombo JazzCombo1 JazzCombo2 | 4 | 110-180 | sw
stdlib/dixie | Dixie Dixie1 Dixie2 DixieStrum | 4 | 130-200 | sw
casio/middlebigband | MiddleBigBand | 4 | 110-160 | sw
casio/fastbigband | FastBigBand | 4 | 160-220 | sw
yamaha/jazztrio | JazzTrioMainA JazzTrioMainB | 4 | 110-180 | sw
yamaha/jazzbasie | JazzBasieA JazzBasieB JazzBasieMainC | 4 | 100-160 | sw
yamaha/jazzGrtrio | JazzGrTrioMainA JazzGrTrioMainB | 4 | 100-170 | sw
zoom/jazz | JAZZ01 JAZZ02 JAZZ03 JAZZ04 | 4 | 100-180 | drums sw
""",
    "metal": """
casio/heavymetal | HeavyMetal | 4 | 120-180 |
pflib/metal1 | metal1A metal1B | 4 | 120-180 |
pflib/metal2 | metal2A metal2B | 4 | 120-180 |
zoom/mtl | MTL01 MTL02 MTL03 MTL04 | 4 | 100-184 | drums
zoom/mtl | MTL02 MTL04 | 4 | 132-200 | drums
zoom/thr | THRS01 THRS02 | 4 | 150-210 | drums
zoom/hrk | HRK01 HRK02 HRK03 HRK04 HRK05 HRK06 HRK07 | 4 | 96-170 | drums
zoom/punk | PUNK01 PUNK02 | 4 | 150-200 | drums
own/doublekick | doublekick | 4 | 110-200 | drums
own/blast | blast | 4 | 130-190 | drums
own/doom | doom | 4 | 60-100 | drums
""",
    "pop": """
casio/pop | Pop | 4 | 90-128 |
casio/80spop | 80sPop | 4 | 96-130 |
casio/60spop | 60sPop | 4 | 100-140 |
casio/8beatpop1 | 8BeatPop1 | 4 | 84-126 |
casio/8beatpop2 | 8BeatPop2 | 4 | 84-126 |
casio/8beatpop3 | 8BeatPop3 | 4 | 84-126 |
casio/electricpop | ElectricPop | 4 | 100-132 |
casio/popballad | PopBallad | 4 | 64-90 |
casio/popshuffle1 | PopShuffle1 | 4 | 90-126 | sw
casio/popshuffle2 | PopShuffle2 | 4 | 90-126 | sw
casio/soulpop | SoulPop | 4 | 84-116 |
casio/worldpop | WorldPop | 4 | 90-126 |
casio/16beatballad1 | 16BeatBallad1 | 4 | 62-90 |
casio/8beatballad2 | 8BeatBallad2 | 4 | 66-92 |
stdlib/popballad | PopBallad PopBallad1 PopBallad2 PopBalladSus | 4 | 64-92 |
stdlib/pianoballad | PianoBallad PianoBallad1 PianoBallad2 | 4 | 62-92 |
stdlib/8beat | 8Beat 8BeatSus 8Beat1 8BeatPlus | 4 | 84-126 |
zoom/pop | POP01 POP02 POP03 POP04 POP05 POP06\
 POP07 POP08 POP09 POP10 POP11 POP12 | 4 | 88-130 | drums
zoom/beat8 | 08Beat01 08Beat03 08Beat05 08Beat07 08Beat09 08Beat11 | 4 | 88-132 | drums
zoom/rnb | RnB06 RnB07 RnB08 RnB09 RnB10 | 4 | 84-110 | drums
""",
    "reggae": """
zoom/reggae | REGG01 REGG02 REGG03 REGG04 | 4 | 124-164 | drums
zoom/reggae | REGG01 | 4 | 128-168 | drums
zoom/reggae | REGG02 REGG03 | 4 | 120-160 | drums
zoom/reggae | REGG04 | 4 | 120-160 | drums
own/onedrop | onedrop | 4 | 124-164 | drums
own/steppers | steppers | 4 | 128-160 | drums
own/rockers | rockers | 4 | 124-160 | drums
stdlib/ska | Ska Ska1 SkaSus SkaClap | 4 | 150-210 |
zoom/ska | SKA01 SKA02 SKA03 SKA04 | 4 | 140-200 | drums
""",
    "rock": """
stdlib/basicrock | BasicRock BasicRock4 BasicRockSus | 4 | 104-156 |
stdlib/60srock | 60sRock 60sRock1 60sRockSus 60sRockPlus | 4 | 110-156 |
stdlib/50srock | 50sRock 50sRock1 50sRockSus | 4 | 120-176 |
stdlib/bubblerock | BubbleRock BubbleRockPlus BubbleRockSus | 4 | 110-150 |
stdlib/folkrock | FolkRock FolkRockPlus FolkRockSus | 4 | 100-140 |
stdlib/softrock | SoftRock SoftRock1 SoftRock2 | 4 | 84-130 |
stdlib/rockballad | RockBallad RockBallad1 | 4 | 62-92 |
stdlib/rock-128 | Rock128 Rock128Plain Rock128Plus | 4 | 56-90 | sw
casio/rock1 | Rock1 | 4 | 110-150 |
casio/rock2 | Rock2 | 4 | 110-150 |
casio/digitalrock | DigitalRock | 4 | 104-140 |
casio/shufflerock | ShuffleRock | 4 | 104-148 | sw
casio/poprock1 | PopRock1 | 4 | 100-140 |
casio/poprock2 | PopRock2 | 4 | 100-140 |
pflib/rock1 | rock1A rock1B | 4 | 108-150 |
pflib/slowrock | slowrockA slowrockB | 4 | 70-110 |
pflib/8beat1 | 8beat1A 8beat1B | 4 | 100-140 |
yamaha/w-rock | W-RockMainA W-RockMainB | 4 | 110-150 |
zoom/rock | ROCK01 ROCK02 ROCK03 ROCK04 ROCK05 ROCK06 ROCK07 ROCK08 ROCK09 | 4 | 96-156 | drums
zoom/rock | ROCK10 ROCK11 ROCK12 ROCK13 ROCK14 ROCK15 ROCK16 ROCK17 ROCK18 | 4 | 96-156 | drums
zoom/rock | ROCK19 ROCK20 ROCK21 ROCK22 ROCK23 ROCK24 ROCK25 ROCK26 ROCK27 | 4 | 96-156 | drums
zoom/hrk | HRK01 HRK02 HRK03 HRK04 HRK05 HRK06 HRK07 | 4 | 104-150 | drums
""",
}
GENRES = sorted(GROOVES)

# Bars separated by spaces; '_' puts two chords in a bar. Upper case major.
PROGRESSIONS = {
    "blues": [
        "I7 I7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7",
        "I7 IV7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7",
        "I7 IV7 I7 I7 IV7 IV7 I7 VI7 II7 V7 I7_VI7 II7_V7",
        "i7 i7 i7 i7 iv7 iv7 i7 i7 bVI7 V7 i7 V7",
        "I7 V7 IV7 IV7 I7 V7 I7 V7",
        "i7 iv7 i7 i7 iv7 iv7 i7 i7 bVI7 V7 i7 i7",
        "I7 IV9 I7 I7 IV9 IV9 I7 I7 V9 IV9 I7 V7#9",
    ],
    "classical": [
        "I V7 I IV I V7 I I",
        "I vi IV V7 I IV V7 I",
        "I IV viidim iii vi ii V7 I",
        "i iv V7 i bVI iv V7 i",
        "i iv bVII bIII bVI iidim V7 i",
        "I V vi iii IV I IV V7",
        "i V7 i bIII bVII bIII iv V7",
        "I ii V7 I vi II7 V V7",
        "i bVI bIII bVII iv i V7 i",
        "I I7 IV iv I V7 I V7",
        "i viidim7 i V7 iv i V7 i",
    ],
    "country": [
        "I I IV I I I V7 V7",
        "I IV I V7 I IV V7 I",
        "I I IV IV V7 V7 I I",
        "I vi IV V I vi V7 I",
        "I V vi IV I V IV I",
        "I7 IV I V7 IV I V7 I",
        "I IV I II7 V7 IV V7 I",
        "I I V V V V7 I I",
        "IV I V I IV I V7 I",
    ],
    "disco": [
        "i7 iv7 bVII bIIIM7",
        "i7 bVI bVII i7",
        "ii7 V7 IM7 vi7",
        "i7 i7 iv7 iv7",
        "IM7 iii7 vi7 V",
        "vi7 ii7 V7 IM7",
        "i iv v7 i",
        "i9 i9 IV9 IV9",
        "bVIM7 bVII i7 i7",
        "i bVII bVI V7",
        "iv7 bVII7 bIIIM7 i7",
    ],
    "hiphop": [
        "i7 i7 i7 i7",
        "i9 iv9",
        "i bVI",
        "i7 bVI iv7 V7",
        "ii9 V9",
        "iM7 bVIM7",
        "i i bVI bVII",
        "IM7 iv6",
        "i7 bIIIM7 iv7 bVIM7",
        "vi9 ii9",
        "i bII",
        "i iv i V7",
    ],
    "jazz": [
        "ii7 V7 IM7 IM7 ii7 V7 IM7 VI7",
        "IM7 vi7 ii7 V7",
        "iii7 VI7 ii7 V7 IM7 IVM7 iii7_VI7 ii7_V7",
        "ii7_V7 IM7 iv7_bVII7 bIIIM7 ii7b5 V7b9 i6 i6",
        "i6 i6 ii7b5 V7b9 iv7 i6 ii7b5_V7b9 i6",
        "I7 IV7 I7 v7_I7 IV7 IV7 I7 VI7 ii7 V7 iii7_VI7 ii7_V7",
        "IM7 IM7 II7 II7 ii7 V7 IM7 ii7_V7",
        "i7 i7 i7 i7 bII7 bII7 i7 i7",
        "IM7 #idim7 ii7 V7 iii7 VI7b9 ii7 V13",
        "I6_vi7 ii7_V7 iii7_VI7 ii7_V7",
        "IM9 bVII9 IM9 VI7#9 ii9 V13 IM9 V7#9",
        "III7 III7 VI7 VI7 II7 II7 V7 V7",
    ],
    "metal": [
        "i5 i5 bVI5 bVII5",
        "i5 bII5 i5 bII5",
        "i5 i5 i5 bIII5",
        "i5 bVI5 bIII5 bVII5",
        "i5 iv5 bVI5 v5",
        "i5 bII5 bIII5 bII5",
        "i5 i5 bVII5 bVI5",
        "i5 #iv5 iv5 bIII5",
        "i5 i5 i5 bII5_bIII5",
        "i5 bVII5 bVI5 V5",
    ],
    "pop": [
        "I V vi IV",
        "vi IV I V",
        "I vi IV V",
        "IV I V vi",
        "I iii IV V",
        "I V vi iii IV I IV V",
        "I IV vi V",
        "ii7 V7 IM7 vi7",
        "vi V IV V",
        "I IVadd9 vi7 Vsus4",
        "I bVII IV I",
        "IM7 vi7 ii7 V7sus4",
        "i bVI bIII bVII",
    ],
    "reggae": [
        "I IV I IV",
        "i iv i iv",
        "I V vi IV",
        "i bVII i bVII",
        "I ii I ii",
        "i iv bVII i",
        "I IV V IV",
        "vi V IV V",
        "i bVI bVII i",
        "I vi ii V",
        "i v i v",
        "i i iv v",
    ],
    "rock": [
        "I bVII IV I",
        "I IV V IV",
        "i bVII bVI bVII",
        "I V IV IV",
        "i bIII bVII IV",
        "I vi IV V",
        "I IV I V",
        "i bVI bIII bVII",
        "I5 bIII5 IV5 I5",
        "I7 I7 IV7 I7 V7 IV7 I7 V7",
        "vi IV I V",
        "I bVII bVI bVII",
        "i IV i IV",
    ],
}

QUALITIES = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "M7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "9": (0, 4, 7, 10, 14),
    "m9": (0, 3, 7, 10, 14),
    "M9": (0, 4, 7, 11, 14),
    "dim": (0, 3, 6),
    "dim7": (0, 3, 6, 9),
    "m7b5": (0, 3, 6, 10),
    "aug": (0, 4, 8),
    "sus4": (0, 5, 7),
    "7sus4": (0, 5, 7, 10),
    "13": (0, 4, 10, 14, 21),
    "7#9": (0, 4, 10, 15),
    "7b9": (0, 4, 10, 13),
    "5": (0, 7, 12),
    "add9": (0, 4, 7, 14),
    "mM7": (0, 3, 7, 11),
}
NOTE_NAMES = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]
DEGREES = {"i": 0, "ii": 2, "iii": 4, "iv": 5, "v": 7, "vi": 9, "vii": 11}
SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "harm": (0, 2, 3, 5, 7, 8, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixo": (0, 2, 4, 5, 7, 9, 10),
    "phryg": (0, 1, 3, 5, 7, 8, 10),
    "blues": (0, 3, 5, 6, 7, 10),
    "majpent": (0, 2, 4, 7, 9),
    "minpent": (0, 3, 5, 7, 10),
    "majblues": (0, 2, 3, 4, 7, 9),
}


def parse_progression(text, key):
    """-> list of bars, each a list of (root pitch class, quality)."""
    bars = []
    for bar in text.split():
        chords = []
        for token in bar.split("_"):
            m = re.fullmatch(r"([b#]?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(.*)", token)
            if not m:
                raise ValueError("bad chord " + token)
            acc, numeral, quality = m.groups()
            pc = DEGREES[numeral.lower()] + {"b": -1, "#": 1, "": 0}[acc]
            if numeral.islower():
                if quality == "5" or quality.startswith("dim"):
                    pass
                elif quality == "7b5":
                    quality = "m7b5"
                else:
                    quality = "m" + quality
            if quality not in QUALITIES:
                raise ValueError("bad quality %r in %r" % (quality, token))
            chords.append(((pc + key) % 12, quality))
        bars.append(chords)
    return bars


def is_minor(text):
    """True for a progression in a minor key: it has a minor tonic chord and no major one."""
    tonics = [t for bar in text.split() for t in bar.split("_") if re.match(r"[iI](?![iIvV])", t)]
    return any(t[0] == "i" for t in tonics) and not any(t[0] == "I" for t in tonics)


def parse_grooves(genre):
    out = []
    for line in GROOVES[genre].strip().splitlines():
        f = [x.strip() for x in line.split("|")] + [""]
        lo, hi = f[3].split("-")
        out.append(
            {
                "file": f[0],
                "variants": f[1].split(),
                "beats": int(f[2]),
                "tempo": (int(lo), int(hi)),
                "flags": f[4].split(),
            }
        )
    return out
