"""terminal.py COMMAND...: runs a command on a terminal of 40 columns and checks what
it shows of its progress: time left first, in one line, never further than the whole."""
import os, pty, re, struct, sys, fcntl, termios

child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])
shown = b""
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:  # the terminal is closed
        break
    if not piece:
        break
    shown += piece
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
assert status == 0, (status, shown[-500:])
progress = 0
for line in shown.decode().replace("\r\n", "\n").split("\n"):
    parts = line.split("\r")
    for part in parts:
        text = part.replace("\033[K", "")
        if " left: " not in text:
            continue
        progress += 1
        assert len(text) < 40, text
        assert re.match(r"[0-9]+ (s|min [0-9]+ s|h [0-9]+ min) left: ", text), text
        count = re.search(r" ([0-9]+) of ([0-9]+)$", text)
        assert not count or int(count[1]) <= int(count[2]), text
    assert " left: " not in parts[-1], "scrolled: " + parts[-1]
assert progress > 0, "no progress was shown: " + shown.decode()[-300:]
