"""A small folder in the form in which ValuePilot is released; every word in it is ours."""

import json

NAMES = ("curiosity", "energy", "safety", "happiness", "intimacy", "fairness")  # the order of the numbers
DONE = {
    "curiosity": ("asks how the old clock works", "shrugs at the open atlas"),
    "energy": ("eats a bowl of warm soup", "goes on without food or sleep"),
    "safety": ("checks the ropes and locks the gate", "climbs the loose ladder in the storm"),
    "happiness": ("sings with the children by the stove", "broods alone over the bill"),
    "intimacy": ("holds her sister's hand and listens", "hides the letter from her friend"),
    "fairness": ("cuts the cake into equal parts", "keeps the largest part for herself"),
}
PLACES = (
    "a boatyard",
    "a bakery",
    "a mountain hut",
    "a ferry",
    "a school kitchen",
    "a printing shop",
    "a barn",
)


def record(number):
    """One scene: a level, its cell, and four actions that serve or cost each value of the cell."""
    level = number % 6 + 1
    cell = [NAMES[(number + 1 + j) % 6] for j in range(level)]
    actions = []
    for turn in range(4):
        done, values = [], [0.0] * 6
        for j, name in enumerate(cell):
            serves = (turn >> (j % 2)) % 2 == 0
            done.append(DONE[name][0 if serves else 1])
            values[NAMES.index(name)] = (0.6 + 0.1 * (number % 3)) * (1 if serves else -1)
        actions.append({"description": f"She {' and '.join(done)}, turn {turn}.", "values": values})
    place = PLACES[number % len(PLACES)]
    text = f"Day {number} in {place}: Mara and two others wait for the rain to end, and she has to do something now."
    return {"values": cell, "scenario": text, "actions": actions}


def write_released(folder, train=30, test=12):
    """`value_N/{train,test}_data/INDEX_VALUES_SPLIT.json`, a scene in each file."""
    for number in range(train + test):
        row, split = record(number), "train" if number < train else "test"
        below = folder / f"value_{len(row['values'])}" / f"{split}_data"
        below.mkdir(parents=True, exist_ok=True)
        path = below / f"{number}_{'_'.join(row['values'])}_{split}.json"
        path.write_text(json.dumps(row), encoding="utf-8")
    return folder
