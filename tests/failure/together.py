"""together.py -- many runs at once with the same two outputs. A reader finds a whole file of one of them at any moment, and in the end
function and header belong together; nothing else is left."""
import os
import subprocess
import sys
import threading

import harness

RUNS, ROUNDS = 20, 200 if harness.ALL else int(sys.argv[1])


def arguments(k, output):
    return [harness.BPGEN, "arrays.expr", f"--name=run{k}", "-o", output]


def read(path):
    with open(path, "rb") as file:
        return file.read()


def find_wholes():
    wholes = []
    for k in range(RUNS):
        subprocess.run(arguments(k, f"alone{k}/o.c"), check=True)
        wholes.append((read(f"alone{k}/o.c"), read(f"alone{k}/o.h")))
    return wholes


class Reader(threading.Thread):
    def __init__(self, wholes):
        super().__init__(daemon=True)
        self.known = {"both/o.c": {c for c, _ in wholes}, "both/o.h": {h for _, h in wholes}}
        self.wrong, self.reads, self.done = [], 0, False

    def run(self):
        while not self.done:
            for path, known in self.known.items():
                if read(path) not in known:
                    self.wrong.append(f"{path} is not whole")
                self.reads += 1


harness.make_models()
for folder in ["both"] + [f"alone{k}" for k in range(RUNS)]:
    os.mkdir(folder)
wholes = find_wholes()
subprocess.run(arguments(0, "both/o.c"), check=True)
reader, mixed, failed = Reader(wholes), [], []
reader.start()
slow = dict(os.environ, LD_PRELOAD=harness.PRELOAD, RENAME_PAUSE="20000") # so that others come in between, if nothing keeps them out
for _ in range(ROUNDS):
    running = [subprocess.Popen(arguments(k, "both/o.c"), stderr=subprocess.PIPE, env=slow) for k in range(RUNS)]
    failed += [text for text in (process.communicate()[1] for process in running) if text]
    if (read("both/o.c"), read("both/o.h")) not in wholes:
        mixed.append("o.c and o.h of two runs")
reader.done = True
reader.join()
harness.say("together: files are whole at any moment", reader.wrong, f"{reader.reads} reads")
harness.say("together: o.c and o.h belong together", mixed, f"{ROUNDS} times {RUNS} runs")
harness.say("together: every run ends well", failed, f"{ROUNDS * RUNS} runs")
harness.say("together: nothing else is left", sorted(set(os.listdir("both")) - {"o.c", "o.h"}), "o.c, o.h")
