"""output.py -- files that cannot be written or read: space that ends after any byte, any call for files that fails, writes that take
little and are interrupted, signals at any call. A run that fails says which file and why (exit status 3) or dies by its signal, and
all older files stand; or it is done, and all files are new. No other file is left, but by SIGKILL, which nothing can mend."""
import errno
import re
import signal
import sys

import harness

MOST = int(sys.argv[1])  # places for each command and way
MESSAGE = re.compile(rb"bpgen: cannot (?:read|write) (?:'[^'\n]+'|to standard output): [^\n]+\n")
WRITING = ["compile", "compile several outputs, example", "compile sparse, tables", "compile to standard output", "dump", "graph",
           "eval", "eval values from a file", "swell", "explain trace"]
SIGNALS = (signal.SIGTERM, signal.SIGKILL) + ((signal.SIGINT, signal.SIGHUP, signal.SIGPIPE) if harness.ALL else ())


def fails_well(command, ended):
    """The run failed and said why, or nothing was amiss."""
    code, out, err = ended
    files, left = command.files(), command.left_over()
    if left:
        return f"{left} is left"
    if code == 3 and files <= {"old"} and MESSAGE.fullmatch(err.removeprefix(command.err)):
        return None if command.out.startswith(out) else "standard output is not the beginning of what it should be"
    if (code, out, err) == (0, command.out, command.err) and files <= {"new"}:
        return None
    return f"exit {code}, files {files or ''}, {err[:200]}"


# Without these a run can be done: what was read is closed, a second name and a lock of the folder are for other failures.
HELPFUL = ("close", "link", "open-folder", "fchown")


def dies_well(command, ended, number):
    code, _, err = ended
    files, left = command.files(), command.left_over()
    if left and number != signal.SIGKILL:
        return f"{left} is left"
    if any(not path.startswith(tuple(p + "." for p in command.outputs)) for path in left):
        return f"{left} is left, of whom?"
    if code != -number or err not in (b"", command.err):
        return f"exit {code}, {err[:200]}"
    if files <= {"old"} or files <= {"new"} or (number == signal.SIGKILL and files == {"old", "new"}):
        return None
    return f"files {files}"


def space_ends(command, wrong):
    total = len(command.out) + sum(len(new) for new in command.new.values())
    counted = 0
    for room in harness.places(total, 3 * MOST):
        ended = command.run(WRITE_ROOM=room - 1)
        bad = fails_well(command, ended)
        if bad is None and (ended[0] != 3 or b"No space left on device" not in ended[2]):
            bad = f"exit {ended[0]}, {ended[2][:200]}"
        counted += 1
        if bad:
            wrong.append(f"space for {room - 1} bytes: {bad}")
    ended = command.run(WRITE_ROOM=total)
    if fails_well(command, ended) or ended[0] != 0:
        wrong.append(f"space for all {total} bytes: exit {ended[0]}, {ended[2][:200]}")
    return counted


def little_at_once(command, wrong):
    for piece in (1, 1000) if harness.ALL else (100,):
        ended = command.run(WRITE_PIECE=piece)
        if fails_well(command, ended) or ended[0] != 0:
            wrong.append(f"writes of {piece} bytes: exit {ended[0]}, {ended[2][:200]}")


def calls_fail(command, wrong):
    counted = 0
    for number in (errno.EIO, errno.EACCES, errno.EINTR) if harness.ALL else (errno.EIO,):
        for n in harness.places(command.counts[1], MOST):
            ended = command.run(FAIL_CALL=n, FAIL_ERRNO=number)
            bad, call = fails_well(command, ended), command.report()[3]
            if bad is None and ended[0] == 0 and call not in HELPFUL and number != errno.EINTR:
                bad = f"{call} has failed, and the run did not"
            counted += 1
            if bad:
                wrong.append(f"call {n} fails with {errno.errorcode[number]}: {bad}")
    return counted


def signals_arrive(command, wrong):
    counted = 0
    for number in SIGNALS:
        for n in harness.places(command.counts[1], MOST):
            bad = dies_well(command, command.run(FAIL_CALL=n, FAIL_SIGNAL=int(number)), number)
            counted += 1
            if bad:
                wrong.append(f"{signal.Signals(number).name} at call {n}: {bad}")
    return counted


harness.make_models()
for name in WRITING:
    if name not in harness.COMMANDS:
        continue
    command, wrong = harness.Command(name), []
    command.files()
    if command.left_over() or command.code != 0:
        wrong.append(f"undisturbed: exit {command.code}, {command.err[:300]}")
    counted = space_ends(command, wrong) + calls_fail(command, wrong) + signals_arrive(command, wrong)
    little_at_once(command, wrong)
    harness.say(f"output: {name}", wrong, f"{counted} failures, {command.counts[1]} calls")
