"""One step of a measurement, with the baseline's own functions: same tools, same flags, same harness for both sides.

driver.py SHARED_ARRAYS < REQUEST.json: one JSON object on standard input, one on standard output. `step` is
  source     Verilog of a hand-written array and the ports of its harness
  counts     cells of module dut after synthesis
  synthesis  as counts, for the harness: leaves the netlist at `netlist`
  place      fmax of `netlist` with one seed
"""
import json, shutil, sys

sys.path.insert(0, sys.argv[1])
import mac_arrays  # noqa: E402
import synth  # noqa: E402


def source(request):
    text, info = mac_arrays.array(request['kind'], request['rows'], request['flow'], request['columns'])
    if request['dsp']:
        text = text.replace('module pe', '(* keep_hierarchy *) module pe')
    return dict(text=text, win=info['win'], yw=info['yw'])


def prepared(request):
    """The text after the request's Yosys commands."""
    text = request['text']
    if not request['passes']:
        return text
    folder = synth.tempfile.mkdtemp(dir=synth.TMP, prefix='passes_')
    open(folder + '/d.v', 'w').write(text)
    script = f"read_verilog -sv d.v; hierarchy -top dut; proc; {request['passes']}; write_verilog p.v"
    code, log, _ = synth.sh(f"{synth.YOSYS} -q -p '{script}'", folder, 900)
    if code:
        raise RuntimeError(log[-300:])
    return open(folder + '/p.v').read()


def synthesis(request, text, top):
    folder, counts = synth.yosys(text, top, request['target'], request['flags'], to=3600)
    return folder, {key: value for key, value in counts.items() if key != 'syn_s'}


def counts(request):
    return synthesis(request, prepared(request), 'dut')[1]


def netlist(request):
    info = dict(win=request['win'], yw=request['yw'])
    folder, found = synthesis(request, prepared(request) + mac_arrays.harness(info), 'harness')
    if folder:
        shutil.move(folder + '/o.json', request['netlist'])
    return found


def place(request):
    folder = synth.tempfile.mkdtemp(dir=synth.TMP, prefix='place_')
    shutil.copy(request['netlist'], folder + '/o.json')  # the tools do not follow links out of their folder
    if request['target'] == 'ecp5':
        found = synth.pnr_ecp(folder, request['device'], 200, request['seed'], to=3600)
    else:
        package = 'sg48' if request['device'] == 'up5k' else 'ct256'
        found = synth.pnr_ice(folder, request['device'], package, 100, request['seed'], to=3600)
    return {key: value for key, value in found.items() if key != 'pnr_s'}


steps = dict(source=source, counts=counts, synthesis=netlist, place=place)
request = json.load(sys.stdin)
print(json.dumps(steps[request['step']](request)))
