#!/bin/sh
# manual.sh TRAINER: prints the man page trainer.1: the text below, and the --help of each command.
set -eu
trainer=$1
date=$(sed -n 's/^#define TRASLUZ_VERSION_DATE *"\(.*\)".*/\1/p' \
    "$(dirname "$0")/../shared/version.h")

# Prints the commands, one per line.
commands() {
    "$trainer" --help | awk '/^  [a-z]/ { print $1 }'
}

# Prints the --help of a command as a subsection: usage, text, options, example.
describe() {
    "$trainer" "$1" --help | awk '
        function safe(text,   parts, n, i, out) {
            gsub(/\\/, "\\e", text)
            gsub(/-/, "\\-", text)
            gsub(/…/, "...", text)
            n = split(text, parts, "`")
            out = parts[1]
            for (i = 2; i <= n; i++) out = out (i % 2 == 0 ? "\\fB" : "\\fP") parts[i]
            sub(/^[.\x27]/, "\\\\\\&&", out)
            return out
        }
        function verbatim(text) {
            if (!shown) print ".PP\n.EX"
            shown = 1
            print safe(text)
        }
        function flowing() {
            if (shown) print ".EE"
            shown = 0
        }
        NR == 1 {
            sub(/^usage: trainer /, "")
            name = $1
            sub(/^[a-z0-9-]+ */, "")
            print ".SS " name "\n.B trainer " name "\n" safe($0)
            next
        }
        /^usage: |^       trainer / {
            sub(/^usage: */, "")
            sub(/^ *trainer [a-z0-9-]+ */, "")
            print ".br\n.B trainer " name "\n" safe($0)
            next
        }
        /^example: / {
            sub(/^example: /, "")
            print ".PP\nExample:"
            verbatim($0)
            next
        }
        /^ +-/ {
            flowing()
            match($0, /^ +(-[a-zA-Z], )?--[a-z0-9-]+( [A-Z][A-Z:]*)?/)
            option = substr($0, 1, RLENGTH)
            sub(/^ +/, "", option)
            text = substr($0, RLENGTH + 1)
            sub(/^ +/, "", text)
            print ".TP\n.B " safe(option)
            if (text != "") print safe(text)
            options = 1
            next
        }
        options && /^ +/ { sub(/^ +/, ""); print safe($0); next }
        /^$/ { flowing(); options = 0; paragraph = 1; next }
        /^ +/ { verbatim($0); next }
        {
            flowing()
            if (paragraph) print ".PP"
            paragraph = 0
            print safe($0)
        }
        END { flowing() }'
}

cat <<END
.\\" Written by manual.sh.
.TH TRAINER 1 $date "$("$trainer" --version | sed 's/trainer (\(.*\)) /\1 /')" "User Commands"
.ad l
.SH NAME
trainer \\- trains autoencoders of audio, and uses what they have learnt
.SH SYNOPSIS
.B trainer
.I command
.RI [ arguments ]
.br
.B trainer
.RI [ command ]
.B \\-\\-help
.br
.B trainer
.B \\-\\-version
.SH DESCRIPTION
The offline half of Trasluz, an LV2 plugin that encodes a track into a latent signal, changes it, and
decodes it again.
.B trainer
trains the models on folders of music, measures them, studies the latents of a data set, and makes new
music out of latents.
.PP
Audio is read in all formats that libsndfile, libmpg123 and libFLAC support, at any rate and with any
number of channels. It is written as .wav, .w64, .flac or .ogg. Models, latents and sets of latents are safetensors files.
.PP
In a folder of music, each folder directly below it is a genre. Files that cannot be read are named and
counted. A file gets its name when it is whole.
.SH COMMANDS
END
for command in $(commands); do describe "$command"; done
cat <<'END'
.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
Failed; one line on standard error gives the reason.
.TP
.B 2
Wrong call: an unknown option, for instance.
.SH ENVIRONMENT
.TP
.B XDG_CACHE_HOME
Decoded audio is kept in
.I trasluz
below it, or below
.IR ~/.cache ,
until you remove it; what is missing is decoded again.
.TP
.B TRASLUZ_KERNELS
.BR scalar ,
.BR avx2 ,
.B avx512
or
.BR neon :
selects the vector instructions; the default is the best set that the processor has.
.TP
.B TMPDIR
Folder in which the pictures of a report are drawn
.RI ( /tmp ).
.SH SEE ALSO
.BR gnuplot (1),
which draws the pictures;
.BR jalv (1),
a host for the plugin.
END
