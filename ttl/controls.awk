# controls.awk: writes the table of the window's controls from what hosts read of them, so that
# names, help, ranges and units stand in one place.
#
#     awk -f controls.awk trasluz.ttl >control_table.c

# Returns the first text of the line in English, or the one marked @es; "" where there is none.
function text(line, spanish,    part, i, n, found) {
    n = split(line, part, "\"")
    for (i = 2; i <= n; i += 2) {
        if ((part[i + 1] ~ /^@es/) == spanish) {
            found = part[i]
            break
        }
    }
    return found
}

function flush(    i) {
    if (symbol == "" || !control) return
    # Hosts show the points in English, so the Spanish comments name them so; the window does not.
    for (i = 1; i <= points; i++) gsub(label[i], label_es[i], comment_es)
    printf "    {\"%s\", %d, {\"%s\", \"%s\"},\n        {\"%s\",\n         \"%s\"},\n", \
        symbol, place, name, name_es, comment, comment_es
    printf "        %s, %s, %s, {\"%s\", \"%s\"}, %s, {", low, high, start, unit, unit_es, kind
    for (i = 1; i <= points; i++)
        printf "%s{{\"%s\", \"%s\"}, %s}", (i > 1 ? ", " : ""), label[i], label_es[i], value[i]
    printf "}, %d},\n", points
}

BEGIN {
    print "// Made by ttl/controls.awk."
    print "#include \"control_table.h\"\n"
    print "const ControlInfo control_table[] = {"
}

# Ports are named, and so stand once for both plugins.
/^_:/ {
    flush()
    symbol = name = comment = name_es = comment_es = unit = unit_es = ""
    kind = "CONTROL_LINEAR"
    control = points = 0
    saying = ""
}
/^<urn:trasluz:mono>/ { flush(); symbol = ""; done = 1 }
done { next }
/a lv2:InputPort, lv2:ControlPort/ { control = 1 }
/notOnGUI/ { control = 0 }
/pprop:logarithmic/ { kind = "CONTROL_LOGARITHMIC" }
/lv2:integer/ && kind == "CONTROL_LINEAR" { kind = "CONTROL_WHOLE" }
/lv2:toggled/ { kind = "CONTROL_SWITCH" }
/lv2:enumeration/ { kind = "CONTROL_CHOICE" }
$1 == "lv2:index" { place = $2 }
$1 == "lv2:symbol" { symbol = text($0, 0) }
$1 == "lv2:name" { name = text($0, 0); name_es = text($0, 1) }
$1 == "lv2:minimum" { low = $2 }
$1 == "lv2:maximum" { high = $2 }
$1 == "lv2:default" { start = $2 }
$1 == "units:unit" {
    unit = $2 ~ /sigma/ ? "σ" : $2 ~ /:hz/ ? "Hz" : $2 ~ /:ms/ ? "ms" : $2 ~ /:s$/ ? "s" : \
        $2 ~ /:db/ ? "dB" : $2 ~ /:beat/ ? "beats" : ""
    unit_es = unit == "beats" ? "tiempos" : unit
}
/rdfs:label .* rdf:value/ {
    points++
    label[points] = text($0, 0)
    label_es[points] = text($0, 1)
    match($0, /rdf:value [-0-9.]+/)
    value[points] = substr($0, RSTART + 10, RLENGTH - 10)
}
$1 == "rdfs:comment" { saying = "comment"; comment = text($0, 0) }
saying == "comment" && text($0, 1) != "" { comment_es = text($0, 1); saying = "" }

END {
    print "};"
    print "const int control_table_rows = sizeof control_table / sizeof *control_table;"
}
