// Drives an input stream from a file and collects an output stream, with gaps and stalls drawn from a seed.
// Arguments: beats file, result file, gap threshold, stall threshold (0..256), seed, reset cycles, output beats wanted,
// greatest number of cycles, cycles to go on after the last wanted beat.
// Beats file: per beat the `last` flag, then the payload ports. Result file: cycles run, gotFinish, number of input beats
// taken, their cycles, then per output beat: cycle, last, payload ports. All little-endian 32-bit words.

#include <memory>

#include "Vdut.h"
#include "nomul_harness.h"
#include "nomul_ports.h"

namespace {

uint32_t number(char** argv, int i) { return static_cast<uint32_t>(std::strtoul(argv[i], nullptr, 10)); }

void clockEdge(Vdut* dut) {
  NOMUL_CLOCK(dut, ~0u)
  dut->eval();
}

void settle(Vdut* dut) {
  NOMUL_CLOCK(dut, 0)
  dut->eval();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 10) die("expected nine arguments", argv[0]);
  const Words beats = readWords(argv[1]);
  const uint32_t gaps = number(argv, 3), stalls = number(argv, 4), seed = number(argv, 5);
  const uint32_t resetCycles = number(argv, 6), wanted = number(argv, 7);
  const uint32_t maxCycles = number(argv, 8), extraCycles = number(argv, 9);

  std::unique_ptr<VerilatedContext> context(new VerilatedContext);
  context->randReset(0);
  std::unique_ptr<Vdut> dut(new Vdut(context.get()));

#define NOMUL_SET(port, value) dut->port = value;
  NOMUL_CONSTANTS(NOMUL_SET)
  dut->NOMUL_IN_VALID = 0;
  dut->NOMUL_OUT_READY = 0;
  for (uint32_t i = 0; i < resetCycles; i++) {
    NOMUL_RESET(dut, 1)
    settle(dut.get());
    clockEdge(dut.get());
  }
  NOMUL_RESET(dut, 0)

  XorShift gapDraw = {seed ^ 0x9e3779b9u}, stallDraw = {seed ^ 0x7f4a7c15u};
  if (gapDraw.state == 0) gapDraw.state = 1;
  if (stallDraw.state == 0) stallDraw.state = 1;
  const size_t beatWords = NOMUL_IN_WORDS + 1, beatCount = beats.size() / beatWords;
  Words takenAt, collected;
  size_t beat = 0;
  uint32_t outputs = 0, cycle = 0, extra = 0;
  bool offered = false;
  for (; cycle < maxCycles && extra <= extraCycles && !context->gotFinish(); cycle++) {
    const bool gap = (gapDraw.next() & 0xff) < gaps, stall = (stallDraw.next() & 0xff) < stalls;
    if (!offered && beat < beatCount && !gap) {
      offered = true;
      const uint32_t* at = &beats[beat * beatWords];
      NOMUL_IN_LAST(dut, *at)
      at++;
#define NOMUL_LOAD(port, width) \
  loadPort(dut->port, at, width); \
  at += wordsOf(width);
      NOMUL_IN_PAYLOAD(NOMUL_LOAD)
    }
    dut->NOMUL_IN_VALID = offered;
    dut->NOMUL_OUT_READY = !stall;
    settle(dut.get());
    if (offered && dut->NOMUL_IN_READY) {
      takenAt.push_back(cycle);
      beat++;
      offered = false;
    }
    if (!stall && dut->NOMUL_OUT_VALID) {
      outputs++;
      collected.push_back(cycle);
      collected.push_back(NOMUL_OUT_LAST(dut));
#define NOMUL_STORE(port, width) storePort(dut->port, collected, width);
      NOMUL_OUT_PAYLOAD(NOMUL_STORE)
    }
    clockEdge(dut.get());
    if (outputs >= wanted) extra++;
  }
  dut->final();
  Words results;
  results.push_back(cycle);
  results.push_back(context->gotFinish());
  results.push_back(static_cast<uint32_t>(takenAt.size()));
  results.insert(results.end(), takenAt.begin(), takenAt.end());
  results.insert(results.end(), collected.begin(), collected.end());
  writeWords(argv[2], results);
  return 0;
}
