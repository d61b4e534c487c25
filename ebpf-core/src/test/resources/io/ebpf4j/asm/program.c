// An ordinary program of cpu version 4: branches, a loop, signed division, extended loads, atomics, calls.
typedef unsigned int u32;
typedef unsigned long long u64;
struct state { signed char tiny; short small; int count; u64 sum; u32 values[16]; };
static u64 (*helper)(void *) = (void *)5;
__attribute__((noinline)) static int scaled(struct state *s, int by) { return s->count / by + s->small % by + s->tiny; }
__attribute__((section("socket"), used)) int program(struct state *s) {
    u64 sum = 0;
    for (int i = 0; i < s->count; i++) {
        if (s->values[i & 15] > 7) sum += s->values[i & 15];
        else if ((int)s->values[i & 15] < -3) sum ^= 0x123456789abcdefULL;
        else __sync_fetch_and_add(&s->sum, sum);
    }
    switch (s->small) { case 1: return (int)helper(s); case 9: return scaled(s, 3); case 40: s->values[2] = __builtin_bswap32((u32)sum); }
    return __sync_val_compare_and_swap(&s->sum, 1, 2) ? scaled(s, s->count) : (int)__builtin_bswap64(sum);
}
