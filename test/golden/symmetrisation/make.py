"""Writes symmetrised.json: random alignments of both directions, and what fast_align's atools makes of them.

    git clone https://github.com/clab/fast_align && git -C fast_align checkout cab1e9aac8d3bb02ff5ae58218d8d225a039fa11
    cd fast_align && g++ -O2 -I. -o atools src/atools.cc src/alignment_io.cc
    python make.py path/to/atools
"""

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

atools = sys.argv[1]
methods = ["intersect", "union", "grow-diag", "grow-diag-final", "grow-diag-final-and"]
rng = random.Random(7)


def alignment(words):
    links = set()
    for i in range(words):
        for _ in range(rng.choice([0, 1, 1, 1, 2])):
            links.add((i, max(0, min(words - 1, i + rng.choice([-3, -1, 0, 0, 0, 1, 2])))))
    return " ".join(f"{i}-{j}" for i, j in sorted(links))


cases = [(alignment(n), alignment(n)) for n in [rng.randrange(1, 13) for _ in range(150)]]
cases += [("0-0 2-1", ""), ("", "0-0"), ("0-0 1-1 2-2", "0-0 1-1 2-2")]
with tempfile.TemporaryDirectory() as folder:
    paths = [Path(folder) / name for name in ("forward", "backward")]
    for path, side in zip(paths, (0, 1)):
        path.write_text("".join(case[side] + "\n" for case in cases))
    out = {
        method: subprocess.run(
            [atools, "-c", method, "-i", paths[0], "-j", paths[1]], capture_output=True, text=True, check=True
        ).stdout.split("\n")[: len(cases)]
        for method in methods
    }
result = [
    {"forward": f, "backward": b, **{m.replace("intersect", "intersection"): out[m][i] for m in methods}}
    for i, (f, b) in enumerate(cases)
]
(Path(__file__).parent / "symmetrised.json").write_text(json.dumps(result, indent=0) + "\n")
