// A self-driven Verilator model: 10,000 cycles, then argv[1] timed ones. Prints both checksums, CPU seconds, peak KiB.
#include "Vtop.h"
#include "verilated.h"
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <sys/resource.h>

static void run(Vtop* top, long cycles) {
  for (long i = 0; i < cycles; i++) {
    top->clk = 1;
    top->eval();
    top->clk = 0;
    top->eval();
  }
}

int main(int, char** argv) {
  VerilatedContext* context = new VerilatedContext;
  Vtop* top = new Vtop{context};
  top->clk = 0;
  top->eval();
  run(top, 10000);
  unsigned early = top->chk;
  clock_t start = clock();
  run(top, atol(argv[1]));
  double seconds = double(clock() - start) / CLOCKS_PER_SEC;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("{\"early\":%u,\"checksum\":%u,\"seconds\":%.6f,\"peakKiB\":%ld}\n", early, top->chk, seconds, usage.ru_maxrss);
}
