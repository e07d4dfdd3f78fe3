"""allocation.py -- memory that runs out at one allocation, or at one and all that follow: a message, exit status 70, nothing leaks, older
files stand and no other is left. The C library may do without some; then the run ends as if nothing had been."""
import sys

import harness

MOST = int(sys.argv[1]) # places for each command and way


def judge(command, ended):
    code, out, err = ended
    files, left = command.files(), command.left_over()
    allocations, _, blocks, _ = command.report()
    if blocks > 0:
        return f"{blocks} blocks leak"
    if left:
        return f"{left} is left"
    if code == 70 and err == b"bpgen: memory ran out\n" and out == b"" and files <= {"old"}:
        return None
    if (code, out, err) == (command.code, command.out, command.err) and files <= {"new" if command.code == 0 else "old"}:
        return None
    return f"exit {code}, files {files or ''}, {out[:80]} {err[:200]}, {allocations} allocations"


harness.make_models()
for name in harness.COMMANDS:
    command, wrong, counted = harness.Command(name), [], 0
    if command.code != harness.EXPECTED.get(name, 0) or command.counts[2] != 0:
        wrong.append(f"undisturbed: exit {command.code}, {command.counts[2]} blocks leak, {command.err[:300]}")
    command.files()
    for fail_from in (0, 1):
        for n in harness.places(command.counts[0], MOST):
            bad = judge(command, command.run(FAIL_MALLOC=n, FAIL_FROM=fail_from))
            counted += 1
            if bad:
                wrong.append(f"at allocation {n}{' and on' if fail_from else ''}: {bad}")
    harness.say(f"memory: {name}", wrong, f"{counted} failures, {command.counts[0]} allocations")
