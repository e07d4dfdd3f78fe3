"""library.py -- runs tool_library with the commands of harness.py; undisturbed it gives what bpgen gives."""
import subprocess
import sys

import harness

LIBRARY, MOST = sys.argv[1], "4000" if harness.ALL else sys.argv[2]


def judge(command):
    """What is wrong, or None; and the verdict."""
    r = subprocess.run([LIBRARY, MOST, *command.words], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    *lines, verdict = r.stderr.splitlines(keepends=True) or [b"no output"]
    verdict = verdict.decode().strip()
    if r.returncode != 0 or b"FAIL" in r.stderr:
        return r.stderr.decode()[:3000] or f"exit {r.returncode}", verdict
    if r.stdout != command.out or b"".join(lines) != command.err or command.files() - {"new" if command.code == 0 else "old"}:
        return "undisturbed it does not give what bpgen gives", verdict
    return None, verdict


harness.make_models()
for name, (_, words) in harness.COMMANDS.items():
    if name in ("usage", "help", "functions") or words.startswith("- "):
        continue
    wrong, verdict = judge(harness.Command(name))
    harness.say(f"library: {name}", [wrong] if wrong else [], verdict)
