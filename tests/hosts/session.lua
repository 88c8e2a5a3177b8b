-- session.lua FOLDER NAME COMMAND…: makes or opens an Ardour 7 session, obeys the commands in turn, prints "done" if all
-- went well, and closes it. Commands, the last plugin inserted or looked up being "the" plugin:
--   new                   makes the session instead of opening it (must come first)
--   track NAME CHANNELS   an audio track that goes to the master bus
--   insert TRACK URI      an LV2 plugin, before the fader
--   plugin TRACK          looks up the first plugin of a track
--   preset URI            loads a preset
--   set CONTROL VALUE     moves a control, which is named by its label
--   curve CONTROL T:V,…   automates a control: seconds and values, straight lines between them
--   keys NAME             a MIDI track, whose notes go to the plugin by a side chain
--   invert TRACK          turns the phase of all its channels around
--   show                  prints "uri …", "latency …", and "control LABEL VALUE" for each control of the plugin
--   save
--   export FOLDER NAME    the session range, as FOLDER/NAME.wav in 32-bit float; with ardour.sh's export preset
local folder, name = arg[1], arg[2]
local session, route_of_processor, processor, plugin

local function track_of(track)
  local route = session:route_by_name(track)
  assert(not route:isnil(), "no track " .. track)
  return route
end

local function look_up(route, inserted)
  route_of_processor, processor = route, inserted
  assert(not processor:isnil(), "no plugin")
  plugin = processor:to_insert():plugin(0)
end

-- LuaAPI counts a plugin's control ports, inputs and outputs; Evoral.Parameter wants the index among all ports.
local function each_control(f)
  local count = 0
  for port = 0, plugin:parameter_count() - 1 do
    if plugin:parameter_is_control(port) then
      if plugin:parameter_is_input(port) then f(plugin:parameter_label(port), count, port) end
      count = count + 1
    end
  end
end

local function control_of(label)
  local number, index
  each_control(function(l, count, port) if l == label then number, index = count, port end end)
  assert(number, "no control " .. label)
  return number, index
end

local commands = {}
local exports = {} -- Ardour 7.3 often dies after one: they are freed when all is done

function commands.new()
  session = create_session(folder, name, 48000)
  assert(session, "the session cannot be made")
end

function commands.track(track, channels)
  channels = tonumber(channels)
  local master = session:master_out():to_route()
  local made = session:new_audio_track(channels, channels, nil, 1, track, ARDOUR.PresentationInfo.max_order,
    ARDOUR.TrackMode.Normal, true)
  for t in made:iter() do
    for i = 0, 1 do t:output():audio(math.min(i, channels - 1)):connect(master:input():audio(i):name()) end
  end
end

function commands.insert(track, uri)
  look_up(track_of(track), ARDOUR.LuaAPI.new_plugin(session, uri, ARDOUR.PluginType.LV2, ""))
  assert(track_of(track):add_processor_by_index(processor, 0, nil, true) == 0, "the track takes no plugin")
end

function commands.plugin(track) look_up(track_of(track), track_of(track):nth_plugin(0)) end

function commands.preset(uri)
  local preset = plugin:preset_by_uri(uri)
  assert(preset and preset.valid, "no preset " .. uri)
  assert(plugin:load_preset(preset), "the preset does not load")
end

function commands.set(label, value)
  assert(ARDOUR.LuaAPI.set_processor_param(processor, control_of(label), tonumber(value)), "cannot set " .. label)
end

function commands.curve(label, points)
  local number, index = control_of(label)
  local _, curve = ARDOUR.LuaAPI.plugin_automation(processor, number)
  for seconds, value in points:gmatch("([%d.]+):([-%d.]+)") do
    curve:add(Temporal.timepos_t(math.floor(tonumber(seconds) * session:nominal_sample_rate())), tonumber(value), false, true)
  end
  local parameter = Evoral.Parameter(ARDOUR.AutomationType.PluginAutomation, 0, index)
  processor:to_automatable():automation_control(parameter, false):set_automation_state(ARDOUR.AutoState.Play)
end

function commands.keys(name)
  local midi = ARDOUR.DataType("midi")
  local one = ARDOUR.ChanCount(midi, 1)
  session:new_midi_track(one, one, true, ARDOUR.PluginInfo(), nil, nil, 1, name, ARDOUR.PresentationInfo.max_order,
    ARDOUR.TrackMode.Normal, true)
  assert(route_of_processor:add_sidechain(processor), "the plugin takes no side chain")
  local insert = processor:to_plugininsert()
  insert:sidechain_input():add_port("", nil, midi)
  local notes = track_of(name):output():midi(0)
  assert(notes:connect(insert:sidechain_input():midi(0):name()) == 0, "the notes are not connected")
  local map = insert:input_map(0)
  map:set(midi, 0, 0)
  insert:set_input_map(0, map)
end

function commands.invert(track)
  local phase = track_of(track):phase_control()
  for channel = 0, track_of(track):n_inputs():n_audio() - 1 do phase:set_phase_invert(channel, true) end
end

function commands.show()
  sleep(1) -- the engine runs: the latency is told by the plugin's run(), and presets arrive there
  print("uri " .. plugin:unique_id())
  print("latency " .. math.tointeger(processor:to_insert():signal_latency()))
  each_control(function(label, count)
    print(string.format("control %s %g", label, (ARDOUR.LuaAPI.get_processor_param(processor, count, true))))
  end)
end

function commands.save() assert(session:save_state("", false, false, false, false, false) == 0, "the session is not saved") end

function commands.export(where, what)
  local export = session:simple_export()
  export:set_folder(where)
  export:set_name(what)
  assert(export:set_preset("7ca51000-0000-4000-8000-000000000000"), "no export preset")
  assert(export:run_export(), "the export failed")
  table.insert(exports, export)
end

local arguments = { new = 0, track = 2, insert = 2, plugin = 1, preset = 1, set = 2, curve = 2, keys = 1, invert = 1, show = 0, save = 0, export = 2 }

local i = 3
if arg[i] ~= "new" then
  session = load_session(folder, name)
  assert(session, "the session does not open")
  assert(session:unknown_processors():size() == 0, "the session has plugins that Ardour does not know")
end
while arg[i] do
  local count = arguments[arg[i]]
  assert(count, "no command " .. arg[i])
  commands[arg[i]](table.unpack(arg, i + 1, i + count))
  i = i + 1 + count
end
print("done")
route_of_processor, processor, plugin, exports = nil, nil, nil, nil
collectgarbage() -- they must be gone before the session is
session:close()
quit()
