"""Writes events.json beside it: files of events as TensorBoard's own writer and protocol buffers make them, in base64.

    pip install -r requirements.txt && python make.py
"""

import base64
import io
import json
import pathlib

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

WALL = 1_700_000_000.25
EVENTS = [
    (1, {"training/loss": 5.25, "training/learningRate": 1e-3}),
    (300, {"training/loss": 0.1}),
    (5_000_000_000, {"validation/bleu": 97.3, "validation/loss": float("nan")}),
]


class Kept(io.BytesIO):
    def close(self):
        pass


def file_of(start: int) -> str:
    kept = Kept()
    writer = RecordWriter(kept)
    write = lambda **fields: writer.write(Event(wall_time=WALL, **fields).SerializeToString(deterministic=True))
    write(file_version="brain.Event:2")
    if start > 0:
        write(step=start + 1, session_log=SessionLog(status=SessionLog.START))
    for step, scalars in EVENTS:
        values = [Summary.Value(tag=tag, simple_value=value) for tag, value in scalars.items()]
        write(step=step, summary=Summary(value=values))
    return base64.b64encode(kept.getvalue()).decode()


golden = {
    "wall": WALL,
    "events": [[step, [[tag, None if value != value else value] for tag, value in scalars.items()]] for step, scalars in EVENTS],
    "fromStart": file_of(0),
    "fromStep20": file_of(20),
}
pathlib.Path(__file__).with_name("events.json").write_text(json.dumps(golden) + "\n")
