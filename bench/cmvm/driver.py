"""da4ml's side of the bench, and the synthesis of both sides, with the baseline's own functions: same tools, same flags.

driver.py SHARED_ARRAYS CACHE JOBS.json: one line of JSON per job. Every answer is kept under CACHE by the hash of what it
depends on, so that a run that was stopped goes on where it was. Jobs (written by jobs.ts):
  { id, kind: 'adders', matrix, options }          da4ml's solver alone: adders, depth, CPU seconds
  { id, kind: 'baseline', matrix, generator, target }  its Verilog (dap, da or dak) through Yosys
  { id, kind: 'verilog', file, target, flags }     any Verilog with top `dut` through Yosys
"""
import hashlib, json, os, resource, sys

sys.path.insert(0, sys.argv[1])
import gen_cmvm  # noqa: E402
import synth  # noqa: E402
import da4ml.cmvm  # noqa: E402

CACHE, VERSIONS = sys.argv[2], os.environ['BENCH_VERSIONS']
CPU = {}
solve = da4ml.cmvm.solve


def timed_solve(*args, **options):
    start = resource.getrusage(resource.RUSAGE_SELF)
    answer = solve(*args, **options)
    end = resource.getrusage(resource.RUSAGE_SELF)
    CPU['seconds'] = round(end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime, 4)
    return answer


da4ml.cmvm.solve = timed_solve


def kept(key, make):
    """The stored answer to `key`, or what `make` returns, stored whole."""
    name = hashlib.sha256('\0'.join([VERSIONS, *key]).encode()).hexdigest()[:32]
    path = os.path.join(CACHE, name + '.json')
    if not os.path.exists(path):
        answer = make()
        with open(path + '.part', 'w') as file:
            json.dump(answer, file)
        os.replace(path + '.part', path)
    return json.load(open(path))


def da4ml_design(job):
    """Verilog text, adders, depth, latency and CPU seconds of one generator or set of options."""
    text = open(job['matrix']).read()
    options = job.get('options', {})
    generator = job.get('generator', 'da')

    def make():
        CPU.clear()
        gen_cmvm._DA.clear()
        matrix = json.loads(text)
        verilog, info = gen_cmvm.da(matrix, 'dut', **options) if options else gen_cmvm.GEN[generator](matrix, 'dut')
        return dict(info, verilog=verilog, cpuSeconds=CPU['seconds'])

    return kept(['da4ml', generator, json.dumps(options, sort_keys=True), text], make)


def cells(verilog, target, flags):
    def make():
        _, counts = synth.yosys(verilog, 'dut', target, flags, to=7200)
        return counts

    return kept(['yosys', target, flags, verilog], make)


def default_flags(target):
    return '' if target == 'ice40' else '-nodsp'


def run(job):
    if job['kind'] == 'verilog':
        return cells(open(job['file']).read(), job['target'], job.get('flags', default_flags(job['target'])))
    design = da4ml_design(job)
    facts = {key: design[key] for key in ('adders', 'depth', 'latency', 'cpuSeconds')}
    if job['kind'] == 'adders':
        return facts
    return dict(facts, **cells(design['verilog'], job['target'], default_flags(job['target'])))


for job in json.load(open(sys.argv[3])):
    print(json.dumps(dict(id=job['id'], **run(job))), flush=True)
