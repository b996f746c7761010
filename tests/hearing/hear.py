"""Whether a recogniser understands what the English voice says: a check that the clips and their joins have not become
worse. What it is worth stands in docs/hearing.md.

It has the program say calls, joined of clips as in the hall, and gives each to pocketsphinx three times: clean, with
the reverberation of a hall, and in pink noise. A call counts if every word of it was understood. Everything is drawn
from the seed, so the same clips give the same figures.
"""

import argparse
import collections
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import wave

import numpy as np
from pocketsphinx import Config, Decoder, get_model_path

# Samples a second: of the recogniser's model, and of the voices.
HEARS_HZ, SAYS_HZ = 16_000, 24_000

CONDITIONS = ("clean", "reverberation", "noise")

# Those that the office's rules propose first (crates/core/src/rules/letters.rs).
CLEAR = "ACFLQRW"
ALL = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

ONES = "zero one two three four five six seven eight nine".split()
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
FRAME = "number please proceed to counter".split()

# The names of the letters in the phonemes of the model's dictionary, which has "a" as the article first.
LETTERS = {
    "A": "EY", "B": "B IY", "C": "S IY", "D": "D IY", "E": "IY", "F": "EH F", "G": "JH IY", "H": "EY CH", "I": "AY",
    "J": "JH EY", "K": "K EY", "L": "EH L", "M": "EH M", "N": "EH N", "O": "OW", "P": "P IY", "Q": "K Y UW",
    "R": "AA R", "S": "EH S", "T": "T IY", "U": "Y UW", "V": "V IY", "W": "D AH B AH L Y UW", "X": "EH K S",
    "Y": "W AY", "Z": "Z IY",
}  # fmt: skip

# The same for all conditions. A word is dear, or quiet and noise become an "eight"; but the sound counts for more beside
# that than by default (lw), and more of the model's densities are reckoned than for speed (topn): with an echo it is
# seldom the nearest four that tell words apart.
SETTINGS = {
    "cmn": "batch", "topn": 16, "lw": 2.0, "wip": 0.005, "pip": 1.0, "silprob": 0.1, "bestpath": False,
    "beam": 1e-48, "wbeam": 7e-29, "pbeam": 1e-48, "maxhmmpf": 30_000, "loglevel": "FATAL",
}  # fmt: skip

REVERBERATION_S = 0.8
DIRECT_OVER_REVERBERANT_DB = 3.0
SPEECH_OVER_NOISE_DB = 15.0
# Absolute silence is nothing that the model has ever heard.
ROOM_DBFS = -55.0


def cardinal(number):
    if number < 10:
        return [ONES[number]]
    if number < 20:
        return [TEENS[number - 10]]
    return [TENS[number // 10 - 2]] + ([ONES[number % 10]] if number % 10 else [])


def words(call):
    letter, number, counter = call
    digits = [ONES[int(digit)] for digit in str(number)]
    return ["number", "letter_" + letter.lower(), *digits, "please", "proceed", "to", "counter", *cardinal(counter)]


def recogniser(folder, letters):
    known = {*FRAME, *ONES, *TEENS, *TENS}
    with open(get_model_path("en-us/cmudict-en-us.dict"), encoding="utf-8") as file:
        lines = [line.rstrip() for line in file if line.split()[0].split("(")[0] in known]
    lines += [f"letter_{letter.lower()} {LETTERS[letter]}" for letter in letters]
    grammar = f"""#JSGF V1.0;
grammar call;
public <call> = number <letter> <digits> please proceed to counter <place>;
<letter> = {" | ".join("letter_" + letter.lower() for letter in letters)};
<digits> = <first> | <first> <digit> | <first> <digit> <digit>;
<first> = {" | ".join(ONES[1:])};
<digit> = zero | <first>;
<place> = <first> | {" | ".join(TEENS)} | <tens> | <tens> <first>;
<tens> = {" | ".join(TENS)};
"""
    paths = [os.path.join(folder, f"{os.getpid()}.{end}") for end in ("dict", "gram")]
    for path, text in zip(paths, ("\n".join(lines) + "\n", grammar)):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    return Decoder(Config(hmm=get_model_path("en-us/en-us"), dict=paths[0], jsgf=paths[1], **SETTINGS))


def read(path):
    with wave.open(path) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (SAYS_HZ, 1, 2)
        sound = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32768
    sound = np.concatenate([np.zeros(SAYS_HZ // 4), sound, np.zeros(SAYS_HZ // 3)])
    sound = np.concatenate([sound, np.zeros(-len(sound) % 3)])
    length = len(sound) * HEARS_HZ // SAYS_HZ
    return np.fft.irfft(np.fft.rfft(sound)[: length // 2 + 1], length) * HEARS_HZ / SAYS_HZ


def level(sound):
    """As amplitude, of what is speech."""
    power = (sound[: len(sound) // 320 * 320].reshape(-1, 320) ** 2).mean(axis=1)
    return np.sqrt(power[power > power.max() / 1000].mean())


def gain(decibels):
    return 10 ** (decibels / 20)


def reverberate(sound, rng):
    length = int(REVERBERATION_S * HEARS_HZ)
    hall = rng.standard_normal(length) * gain(-60 * np.arange(length) / length)
    hall[: HEARS_HZ // 200] = 0
    hall *= gain(-DIRECT_OVER_REVERBERANT_DB) / np.sqrt((hall**2).sum())
    hall[0] = 1
    whole = len(sound) + length
    heard = np.fft.irfft(np.fft.rfft(sound, whole) * np.fft.rfft(hall, whole), whole)
    heard = heard[: len(sound) + HEARS_HZ // 3]
    return heard * level(sound) / level(heard)


def pink(length, rng):
    """As loud as 1."""
    pitches = np.maximum(np.arange(length // 2 + 1), 50 * length // HEARS_HZ)
    spectrum = (rng.standard_normal(len(pitches)) + 1j * rng.standard_normal(len(pitches))) / np.sqrt(pitches)
    noise = np.fft.irfft(spectrum, length)
    return noise / np.sqrt((noise**2).mean())


def listen(job):
    folder, letters, seed, calls = job
    decoder = recogniser(folder, letters)
    results = []
    for place, call in calls:
        for condition in CONDITIONS:
            rng = np.random.default_rng([seed, place, CONDITIONS.index(condition)])
            sound = read(os.path.join(folder, name(call) + ".wav"))
            if condition == "reverberation":
                sound = reverberate(sound, rng)
            if condition == "noise":
                sound = sound + pink(len(sound), rng) * level(sound) * gain(-SPEECH_OVER_NOISE_DB)
            sound = sound + rng.standard_normal(len(sound)) * gain(ROOM_DBFS)
            decoder.start_utt()
            decoder.process_raw((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes(), full_utt=True)
            decoder.end_utt()
            found = decoder.hyp()
            results.append((condition, call, found.hypstr.split() if found else []))
    return results


def name(call):
    letter, number, counter = call
    return f"{letter}{number:03}-counter-{counter}"


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--program", required=True, help="giliran-voice-pack")
    parse.add_argument("--pack", required=True, help="the folder of the English voice")
    parse.add_argument("--calls", type=int, default=200)
    parse.add_argument("--seed", type=int, default=20261128)
    parse.add_argument("--all-letters", action="store_true", help="all 26, and a table of them")
    parse.add_argument("--floors", type=float, nargs=3, metavar="PERCENT", default=[0, 0, 0])
    options = parse.parse_args()

    letters = ALL if options.all_letters else CLEAR
    draw = random.Random(options.seed)
    calls = [(letters[n % len(letters)], draw.randint(1, 999), draw.randint(1, 99)) for n in range(options.calls)]
    with tempfile.TemporaryDirectory() as folder:
        say = [options.program, "say", options.pack, "--out", folder]
        subprocess.run([*say, *sorted({name(call) for call in calls})], check=True)
        numbered, both = list(enumerate(calls)), os.cpu_count() or 1
        jobs = [(folder, letters, options.seed, numbered[n::both]) for n in range(both)]
        with multiprocessing.Pool(both) as pool:
            results = [result for part in pool.map(listen, jobs) for result in part]

    right = collections.Counter()
    letters_right, letters_heard = collections.Counter(), collections.defaultdict(collections.Counter)
    wrong = collections.defaultdict(collections.Counter)
    for condition, call, found in results:
        wanted = words(call)
        right[condition] += found == wanted
        letter = found[1].removeprefix("letter_").upper() if len(found) > 1 else "nothing"
        letters_right[condition, call[0]] += letter == call[0]
        letters_heard[condition, call[0]][letter] += 1
        if found != wanted:
            pairs = [f"{one} as {other}" for one, other in zip(wanted, found) if one != other]
            wrong[condition].update(pairs if len(wanted) == len(found) else ["more or fewer words"])

    failed = False
    for condition, floor in zip(CONDITIONS, options.floors):
        share = 100 * right[condition] / len(calls)
        under = share < floor
        failed |= under
        most = ", ".join(f"{what} ({n})" for what, n in wrong[condition].most_common(6))
        print(f"{condition}: {right[condition]} of {len(calls)} calls understood, {share:.1f} %, floor {floor:g} %: "
              f"{'TOO FEW' if under else 'ok'}; wrong: {most or 'nothing'}")  # fmt: skip
    if options.all_letters:
        print("\n| Letter | " + " | ".join(CONDITIONS) + " | taken for |\n|---|" + "---|" * (len(CONDITIONS) + 1))
        for letter in letters:
            heard = [letters_heard[condition, letter] for condition in CONDITIONS]
            others = sum(heard, collections.Counter())
            del others[letter]
            cells = [f"{one[letter]}/{one.total()}" for one in heard]
            taken = ", ".join(f"{other} {n}" for other, n in others.most_common(4))
            print(f"| {letter} | " + " | ".join(cells) + f" | {taken or '–'} |")
    sys.exit(failed)


if __name__ == "__main__":
    main()
