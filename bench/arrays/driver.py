"""Measures designs with the baseline's own functions: same tools, same flags, same harness.

driver.py SHARED_ARRAYS JOBS.json: prints one line of JSON per job; jobs are written by jobs.ts (type Job).
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


def place(job, folder, device, seed):
    if job['target'] == 'ecp5':
        return synth.pnr_ecp(folder, device, 200, seed)
    return synth.pnr_ice(folder, device, 'ct256', 100, seed)


def measure(job):
    text, info = source(job)
    counts, flags = cells(text, job)
    result = dict(id=job['id'], counts=counts)
    if 'err' in counts or not job['seeds']:
        return result
    fitting = [p for p in job['parts'] if counts['lut'] <= p['luts'] and counts['dsp'] <= p['dsps']]
    if not fitting:
        return dict(result, doesNotFit=job['parts'][-1]['device'])
    device = fitting[0]['device']
    folder, _ = synth.yosys(text + mac_arrays.harness(info), 'harness', job['target'], flags)
    return dict(result, device=device, runs=[place(job, folder, device, seed) for seed in job['seeds']])


for job in json.load(open(sys.argv[2])):
    print(json.dumps(measure(job)), flush=True)
