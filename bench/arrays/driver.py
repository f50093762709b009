"""Measures designs with the baseline's own functions: same tools, same flags, same harness.

driver.py SHARED_ARRAYS JOBS.json: prints one line of JSON per job. A job is
  { id, target: ice40 | ecp5, device?: hx8k | up5k | 25k | 85k, seeds: [..], dsp: bool, lutLimit, pes,
    baseline: [kind, rows, columns, flow] } or { ..., file: OURS.v, win: [[port, bits] ..], yw, keep: [module prefix ..] }
"""
import json, re, sys

sys.path.insert(0, sys.argv[1])
import mac_arrays  # noqa: E402
import synth  # noqa: E402


def source(job):
    if 'baseline' in job:
        kind, rows, columns, flow = job['baseline']
        text, info = mac_arrays.array(kind, rows, flow, columns)
        if job['dsp']:
            text = text.replace('module pe', '(* keep_hierarchy *) module pe')
        return text, info
    text = open(job['file']).read()
    for prefix in job['keep']:
        text = re.sub(rf'^module {prefix}', f'(* keep_hierarchy *) module {prefix}', text, flags=re.M)
    return text, dict(win=job['win'], yw=job['yw'])


def options(job):
    if job['target'] == 'ice40':
        return '-dsp' if job['dsp'] else ''
    return '' if job['dsp'] else '-nodsp'


def cells(text, job):
    """Counts of the array alone. ECP5: the better of the two wide-multiplexer settings, as the baseline does."""
    best, flags = None, options(job)
    for extra in ([''] if job['target'] == 'ice40' else ['', ' -nowidelut']):
        _, counts = synth.yosys(text, 'dut', job['target'], options(job) + extra)
        if 'err' in counts:
            return counts, flags
        if best is None or counts['lut'] < best['lut']:
            best, flags = counts, options(job) + extra
    return best, flags


def measure(job):
    text, info = source(job)
    counts, flags = cells(text, job)
    result = dict(id=job['id'], counts=counts)
    if 'err' in counts or 'device' not in job:
        return result
    if counts['lut'] > job['lutLimit'] or counts['dsp'] > job['dspLimit']:
        return dict(result, doesNotFit=job['device'])
    folder, _ = synth.yosys(text + mac_arrays.harness(info), 'harness', job['target'], flags)
    runs = []
    for seed in job['seeds']:
        if job['target'] == 'ice40':
            package = 'ct256' if job['device'] == 'hx8k' else 'sg48'
            runs.append(synth.pnr_ice(folder, job['device'], package, 100 if job['device'] == 'hx8k' else 30, seed))
        else:
            runs.append(synth.pnr_ecp(folder, job['device'], 200, seed))
    return dict(result, runs=runs)


for job in json.load(open(sys.argv[2])):
    print(json.dumps(measure(job)), flush=True)
