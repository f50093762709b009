// Every input of every cycle from a file, every output of every cycle to a file.
// Arguments: stimulus file, result file, seed of the power-up values (0: all zero).
// A cycle in the files: the ports of nomul_ports.h in order, each as little-endian 32-bit words.

#include <memory>

#include "Vdut.h"
#include "nomul_harness.h"
#include "nomul_ports.h"

int main(int argc, char** argv) {
  if (argc != 4) die("expected three arguments", argv[0]);
  const Words stimulus = readWords(argv[1]);
  const uint32_t seed = static_cast<uint32_t>(std::strtoul(argv[3], nullptr, 10));

  std::unique_ptr<VerilatedContext> context(new VerilatedContext);
  context->randReset(seed == 0 ? 0 : 2);
  context->randSeed(static_cast<int>(seed));
  std::unique_ptr<Vdut> dut(new Vdut(context.get()));

  Words results;
  const uint32_t* at = stimulus.data();
  const size_t cycles = NOMUL_INPUT_WORDS == 0 ? 0 : stimulus.size() / NOMUL_INPUT_WORDS;
  results.reserve(cycles * NOMUL_OUTPUT_WORDS);
  for (size_t cycle = 0; cycle < cycles && !context->gotFinish(); cycle++) {
    at++;  // Every cycle starts with a word of padding, so that designs without inputs have cycles too.
#define NOMUL_LOAD(port, width) \
  loadPort(dut->port, at, width); \
  at += wordsOf(width);
    NOMUL_INPUTS(NOMUL_LOAD)
    NOMUL_CLOCK(dut, 0)
    dut->eval();
#define NOMUL_STORE(port, width) storePort(dut->port, results, width);
    NOMUL_OUTPUTS(NOMUL_STORE)
    NOMUL_CLOCK(dut, 1)
    dut->eval();
  }
  dut->final();
  writeWords(argv[2], results);
  return context->gotFinish() ? 1 : 0;
}
