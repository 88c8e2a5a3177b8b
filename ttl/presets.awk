# presets.awk: writes the presets as LV2 hosts read them, from presets/presets.txt. A preset sets
# every control, so that none keeps what another preset left: those that it does not name, to the
# default of trasluz.ttl. With -v list=1 it writes their entries for the manifest instead.
#
#     awk -f presets.awk trasluz.ttl presets.txt

function fail(text) { print FILENAME ":" FNR ": " text > "/dev/stderr"; failed = 1; exit 1 }

function uri(kind, name) { return "<urn:trasluz:" kind ":" name ">" }

function quoted(text) { return "\"" text "\"" }

function write_preset(    i, value, body) {
    if (!preset) return
    print "\n" uri("preset", preset) "\n    a pset:Preset ;"
    print "    lv2:appliesTo <urn:trasluz:mono> , <urn:trasluz:stereo> ;"
    if (list) {
        print "    rdfs:seeAlso <presets.ttl> ."
        return
    }
    print "    pset:bank " uri("bank", bank) " ;"
    print "    rdfs:label " quoted(label) " ;\n    rdfs:comment " quoted(comment) " ;\n    lv2:port"
    for (i = 1; i <= controls; i++) {
        value = (control[i] in set) ? set[control[i]] : initial[control[i]]
        print "        [ lv2:symbol " quoted(control[i]) " ; pset:value " value " ] " \
            (i < controls ? "," : ";")
    }
    print "    state:state ["
    print "        <urn:trasluz:model> <models/" model ".safetensors> ;"
    print "        <urn:trasluz:reference> " \
        (reference ? "<references/" reference ".safetensors>" : quoted(""))
    print "    ] ."
}

# The input controls of the first plugin, with their defaults. What belongs to the host and to the
# session is left out.
FNR == 1 { file++ }
file == 1 && /a lv2:InputPort, lv2:ControlPort/ { input = 1 }
file == 1 && /a lv2:OutputPort/ { input = 0 }
file == 1 && input && $1 == "lv2:symbol" { symbol = $2; gsub(/"/, "", symbol) }
file == 1 && input && $1 == "lv2:default" {
    if (!(symbol in initial) && symbol != "freewheel" && symbol != "latency_mode")
        control[++controls] = symbol
    initial[symbol] = $2
}

file == 2 && FNR == 1 && !list {
    print "@prefix lv2:   <http://lv2plug.in/ns/lv2core#> ."
    print "@prefix pset:  <http://lv2plug.in/ns/ext/presets#> ."
    print "@prefix rdfs:  <http://www.w3.org/2000/01/rdf-schema#> ."
    print "@prefix state: <http://lv2plug.in/ns/ext/state#> ."
}
file == 2 && (/^#/ || NF == 0) { next }
file == 2 {
    rest = $0
    sub(/^ *[^ ]+ +/, "", rest)
}
file == 2 && $1 == "bank" {
    write_preset()
    preset = ""
    bank = $2
    sub(/^[^ ]+ +/, "", rest)
    split(rest, text, / *: */)
    if (!list) {
        print "\n" uri("bank", bank) "\n    a pset:Bank ;"
        print "    rdfs:label " quoted(text[1]) " ;\n    rdfs:comment " quoted(text[2]) " ."
    }
    next
}
file == 2 && $1 == "preset" {
    write_preset()
    preset = $2
    label = rest
    sub(/^[^ ]+ +/, "", label)
    model = reference = comment = ""
    delete set
    next
}
file == 2 && $1 == "model" { model = $2; reference = $3; next }
file == 2 && $1 == "set" {
    for (i = 2; i < NF; i += 2) {
        if (!($i in initial)) fail("there is no control '" $i "'")
        set[$i] = $(i + 1)
    }
    next
}
file == 2 && $1 == "says" { comment = comment (comment ? " " : "") rest; next }
file == 2 { fail("'" $1 "' is none of bank, preset, model, set, says") }

END { if (!failed) write_preset() }
