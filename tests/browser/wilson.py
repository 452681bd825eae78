"""Checks what blind_test.js printed against SciPy: counts, rate, Wilson's interval, verdict."""

import json
import sys

from scipy.stats import binomtest

for name, result in json.load(sys.stdin).items():
    saved, shown = result["saved"], result["shown"]
    right = sum(one["answer"] == one["truth"] for one in saved["answers"])
    assert (right, len(saved["answers"])) == (saved["right"], saved["answered"]), name
    assert right == result["expected"], name
    low, high = binomtest(right, saved["answered"]).proportion_ci(0.95, method="wilson")
    assert abs(low - saved["interval"][0]) < 1e-9 and abs(high - saved["interval"][1]) < 1e-9, (name, low, high)
    assert saved["differs_from_chance"] == (low > 0.5 or high < 0.5), name
    for share in (saved["rate"], low, high):
        assert f"{100 * share:.1f} %" in shown["rate"], (name, shown["rate"])
    print(f"{name}: {shown['rate']}; {shown['verdict']}")
