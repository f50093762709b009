// The 8 x 8 core driven through its ports: 17 writes, a clock cycle and 8 reads per cycle, for argv[1] cycles.
#include "Vcore.h"
#include "verilated.h"
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <cstdint>
#include <sys/resource.h>

#define LANES(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define POKE(i) { uint32_t byte = word >> ((i & 3) * 8); core->a##i = (byte ^ (i * 37)) & 255; core->w##i = (byte ^ (i * 91)) & 255; }
#define PEEK(i) sum += core->p##i;

static uint32_t run(Vcore* core, long cycles) {
  uint32_t word = 0x12345678, sum = 0;
  for (long cycle = 0; cycle < cycles; cycle++) {
    core->wload = cycle < 8;
    LANES(POKE)
    core->clk = 1;
    core->eval();
    core->clk = 0;
    core->eval();
    LANES(PEEK)
    word ^= word << 13;
    word ^= word >> 17;
    word ^= word << 5;
  }
  return sum;
}

int main(int, char** argv) {
  VerilatedContext* context = new VerilatedContext;
  Vcore* core = new Vcore{context};
  core->clk = 0;
  core->eval();
  clock_t start = clock();
  uint32_t sum = run(core, atol(argv[1]));
  double seconds = double(clock() - start) / CLOCKS_PER_SEC;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("{\"early\":0,\"checksum\":%u,\"seconds\":%.6f,\"peakKiB\":%ld}\n", sum, seconds, usage.ru_maxrss);
}
