"""Prints as JSON what TensorBoard reads in a folder of event files."""

import io
import json
import sys

from PIL import Image
from tensorboard.backend.event_processing import event_accumulator

accumulator = event_accumulator.EventAccumulator(
    sys.argv[1], size_guidance={"scalars": 0, "images": 0, "histograms": 0}
)
accumulator.Reload()
tags = accumulator.Tags()


def image(event):
    size = Image.open(io.BytesIO(event.encoded_image_string)).size
    assert size == (event.width, event.height)
    return {"step": event.step, "size": size}


def histogram(event):
    value = event.histogram_value
    assert abs(sum(value.bucket) - value.num) < 1e-9
    return {"step": event.step, "num": value.num, "min": value.min, "max": value.max}


print(
    json.dumps(
        {
            "scalars": {
                tag: [{"step": e.step, "value": e.value} for e in accumulator.Scalars(tag)] for tag in tags["scalars"]
            },
            "images": {tag: [image(e) for e in accumulator.Images(tag)] for tag in tags["images"]},
            "histograms": {tag: [histogram(e) for e in accumulator.Histograms(tag)] for tag in tags["histograms"]},
        }
    )
)
