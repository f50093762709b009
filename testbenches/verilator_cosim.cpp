// Every input of every cycle from a file, every output of every cycle to a file.
// Arguments: stimulus file, result file, seed of the power-up values (0: all zero); with --trace also a VCD file, its first
// and its last cycle.
// A cycle in the files: the clocks that rise, then the ports of nomul_ports.h in order, each as little-endian 32-bit words.

#include <memory>

#include "Vdut.h"
#include "nomul_harness.h"
#include "nomul_ports.h"
#if VM_TRACE
#include "verilated_vcd_c.h"
constexpr int argumentCount = 7;
#else
constexpr int argumentCount = 4;
#endif

int main(int argc, char** argv) {
  if (argc != argumentCount) die("wrong number of arguments", argv[0]);
  const Words stimulus = readWords(argv[1]);
  const uint32_t seed = static_cast<uint32_t>(std::strtoul(argv[3], nullptr, 10));

  std::unique_ptr<VerilatedContext> context(new VerilatedContext);
  context->randReset(seed == 0 ? 0 : 2);
  context->randSeed(static_cast<int>(seed));
  std::unique_ptr<Vdut> dut(new Vdut(context.get()));

#if VM_TRACE
  context->traceEverOn(true);
  VerilatedVcdC waves;
  dut->trace(&waves, 99);
  waves.set_time_unit("1ns");
  waves.set_time_resolution("1ns");
  waves.open(argv[4]);
  const size_t from = std::strtoul(argv[5], nullptr, 10);
  const size_t to = std::strtoul(argv[6], nullptr, 10);
#define NOMUL_DUMP(time) \
  if (cycle >= from && cycle <= to) waves.dump(time);
#else
#define NOMUL_DUMP(time)
#endif

  Words results;
  const uint32_t* at = stimulus.data();
  const size_t cycles = NOMUL_INPUT_WORDS == 0 ? 0 : stimulus.size() / NOMUL_INPUT_WORDS;
  results.reserve(cycles * NOMUL_OUTPUT_WORDS);
  for (size_t cycle = 0; cycle < cycles && !context->gotFinish(); cycle++) {
    const uint32_t rising = *at++;  // Bit i: clock i. Designs without a clock have the word too.
#define NOMUL_LOAD(port, width) \
  loadPort(dut->port, at, width); \
  at += wordsOf(width);
    NOMUL_INPUTS(NOMUL_LOAD)
    NOMUL_CLOCK(dut, 0)
    dut->eval();
    NOMUL_DUMP(cycle * 10)
#define NOMUL_STORE(port, width) storePort(dut->port, results, width);
    NOMUL_OUTPUTS(NOMUL_STORE)
    NOMUL_CLOCK(dut, rising)
    (void)rising;
    dut->eval();
    NOMUL_DUMP(cycle * 10 + 5)
  }
  dut->final();
#if VM_TRACE
  waves.close();
#endif
  writeWords(argv[2], results);
  return context->gotFinish() ? 1 : 0;
}
