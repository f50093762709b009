// Shared by the Verilator harnesses: files of little-endian 32-bit words, and ports of any width as words.
#ifndef NOMUL_HARNESS_H
#define NOMUL_HARNESS_H

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "verilated.h"

typedef std::vector<uint32_t> Words;

[[noreturn]] inline void die(const char* what, const char* name) {
  std::fprintf(stderr, "nomul harness: %s: %s\n", what, name);
  std::exit(2);
}

inline Words readWords(const char* name) {
  std::FILE* file = std::fopen(name, "rb");
  if (!file) die("cannot read", name);
  std::fseek(file, 0, SEEK_END);
  long bytes = std::ftell(file);
  std::rewind(file);
  Words words(static_cast<size_t>(bytes) / 4);
  if (std::fread(words.data(), 4, words.size(), file) != words.size()) die("cannot read", name);
  std::fclose(file);
  return words;
}

inline void writeWords(const char* name, const Words& words) {
  std::FILE* file = std::fopen(name, "wb");
  if (!file) die("cannot write", name);
  if (std::fwrite(words.data(), 4, words.size(), file) != words.size()) die("cannot write", name);
  if (std::fclose(file) != 0) die("cannot write", name);
}

constexpr int wordsOf(int width) { return (width + 31) / 32; }

// Ports up to 64 bits are integers, wider ones arrays of words.
template <class Port>
inline void loadPort(Port& port, const uint32_t* words, int width) {
  uint64_t value = words[0];
  if (wordsOf(width) > 1) value |= static_cast<uint64_t>(words[1]) << 32;
  port = static_cast<Port>(value);
}
template <std::size_t N>
inline void loadPort(VlWide<N>& port, const uint32_t* words, int) {
  for (std::size_t i = 0; i < N; i++) port[i] = words[i];
}
template <class Port>
inline void storePort(const Port& port, Words& out, int width) {
  uint64_t value = port;
  out.push_back(static_cast<uint32_t>(value));
  if (wordsOf(width) > 1) out.push_back(static_cast<uint32_t>(value >> 32));
}
template <std::size_t N>
inline void storePort(const VlWide<N>& port, Words& out, int) {
  for (std::size_t i = 0; i < N; i++) out.push_back(port[i]);
}

// The sequence of src/sim/streams.ts.
struct XorShift {
  uint32_t state;
  uint32_t next() {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
  }
};

#endif
