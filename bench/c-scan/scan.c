/*
 * The floor: what a tight loop over the same columns takes, on one thread, nothing clever. The columns lie in memory in two orders, and
 * a question is asked of both:
 *   by time      a window by binary search, one pass that adds to an array addressed by customer, one pass over customers
 *   by customer  one pass over customers, each of whose purchases lie together, in the order of time, read from the newest back
 *
 *   scan DIRECTORY NOW     columns from files in DIRECTORY; NOW in the unit of the column time
 *
 * A question is a line on stdin, sets joined by '|', a customer is in the answer who is in any of them:
 *   days=365 stores=2,8,20 market bought=2 cents=50000 customers=0 not
 * The answer is a line: how many active customers, milliseconds by time, milliseconds by customer.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static size_t purchases, customers;
static uint32_t *at, *customer, now; /* at: half seconds, ascending */
static int32_t *cents;
static uint8_t *store, *market, *active, *mask[8];

static void *column(const char *directory, const char *name, size_t width, size_t *rows) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *file = fopen(path, "rb");
  if (!file) { perror(path); exit(1); }
  fseek(file, 0, SEEK_END);
  size_t bytes = ftell(file);
  rewind(file);
  void *data = malloc(bytes);
  if (!data || fread(data, 1, bytes, file) != bytes) { perror(path); exit(1); }
  fclose(file);
  *rows = bytes / width;
  return data;
}

/* The first purchase at `instant` or later. */
static size_t since(uint32_t instant) {
  size_t low = 0, high = purchases;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (at[middle] < instant) low = middle + 1; else high = middle;
  }
  return low;
}

struct set { uint32_t days, bought; int64_t cents; int stores, market, customers, negated; uint8_t store[256]; };

static struct set parse(char *text) {
  struct set set = { .customers = -1 };
  char *end;
  for (char *word = strtok_r(text, " \n", &end); word; word = strtok_r(NULL, " \n", &end)) {
    char *value = strchr(word, '=');
    if (value) *value++ = 0;
    if (!strcmp(word, "days")) set.days = atoi(value);
    else if (!strcmp(word, "bought")) set.bought = atoi(value);
    else if (!strcmp(word, "cents")) set.cents = atoll(value);
    else if (!strcmp(word, "customers")) set.customers = atoi(value);
    else if (!strcmp(word, "market")) set.market = 1;
    else if (!strcmp(word, "not")) set.negated = 1;
    else if (!strcmp(word, "stores")) {
      set.stores = 1;
      for (char *number = strtok(value, ","); number; number = strtok(NULL, ",")) set.store[atoi(number)] = 1;
    } else { fprintf(stderr, "what is %s?\n", word); exit(1); }
  }
  return set;
}

static uint8_t *hit;
static uint32_t *count;
static int64_t *spent;

#define SCAN(ADD) \
  if (set->stores && set->market) { for (size_t i = from; i < to; i++) if (set->store[store[i]] && market[i] == 1) ADD; } \
  else if (set->stores) { for (size_t i = from; i < to; i++) if (set->store[store[i]]) ADD; } \
  else if (set->market) { for (size_t i = from; i < to; i++) if (market[i] == 1) ADD; } \
  else for (size_t i = from; i < to; i++) ADD;
#define KEEP(HOLDS) for (size_t c = 0; c < customers; c++) hit[c] |= ((HOLDS) != negated) & allowed[c];

static void answer(const struct set *set) {
  const uint8_t *allowed = set->customers < 0 ? active : mask[set->customers];
  const int negated = set->negated;
  size_t from = set->days ? since(now - set->days * 86400u * 2) : 0, to = since(now + 1);
  if (!set->days && !set->stores && !set->market && !set->bought && !set->cents) { KEEP(1) return; }
  if (set->cents) {
    memset(spent, 0, customers * sizeof *spent);
    SCAN(spent[customer[i]] += cents[i])
    KEEP(spent[c] >= set->cents)
  } else if (set->bought) {
    memset(count, 0, customers * sizeof *count);
    SCAN(count[customer[i]]++)
    KEEP(count[c] >= set->bought)
  } else {
    uint8_t *seen = (uint8_t *)count;
    memset(seen, 0, customers);
    SCAN(seen[customer[i]] = 1)
    KEEP(seen[c])
  }
}

/* The columns again, by customer. */
static uint32_t *start, *at_of;
static int32_t *cents_of;
static uint8_t *store_of, *market_of;

static void group(void) {
  start = calloc(customers + 2, sizeof *start);
  at_of = malloc(purchases * sizeof *at_of);
  cents_of = malloc(purchases * sizeof *cents_of);
  store_of = malloc(purchases);
  market_of = malloc(purchases);
  for (size_t i = 0; i < purchases; i++) start[customer[i] + 2]++;
  for (size_t c = 1; c < customers + 2; c++) start[c] += start[c - 1];
  for (size_t i = 0; i < purchases; i++) {
    size_t to = start[customer[i] + 1]++;
    at_of[to] = at[i], cents_of[to] = cents[i], store_of[to] = store[i], market_of[to] = market[i];
  }
}

#define EACH(MATCH, SUM, HOLDS, ENOUGH) \
  for (size_t c = 0; c < customers; c++) { \
    if (!allowed[c]) continue; \
    int64_t sum = 0; \
    for (size_t i = start[c + 1]; i-- > start[c] && at_of[i] >= from;) \
      if (at_of[i] <= now && (MATCH)) { sum += SUM; if (ENOUGH) break; } \
    hit[c] |= (HOLDS) != set->negated; \
  }
#define WALK(SUM, HOLDS, ENOUGH) \
  if (set->stores && set->market) { EACH(set->store[store_of[i]] && market_of[i] == 1, SUM, HOLDS, ENOUGH) } \
  else if (set->stores) { EACH(set->store[store_of[i]], SUM, HOLDS, ENOUGH) } \
  else if (set->market) { EACH(market_of[i] == 1, SUM, HOLDS, ENOUGH) } \
  else { EACH(1, SUM, HOLDS, ENOUGH) }

static void answer_by_customer(const struct set *set) {
  const uint8_t *allowed = set->customers < 0 ? active : mask[set->customers];
  const uint32_t from = set->days ? now - set->days * 86400u * 2 : 0;
  if (!set->days && !set->stores && !set->market && !set->bought && !set->cents)
    for (size_t c = 0; c < customers; c++) hit[c] |= allowed[c];
  else if (set->cents) { WALK(cents_of[i], sum >= set->cents, 0) }
  else if (set->bought) { WALK(1, sum >= set->bought, sum >= set->bought) }
  else { WALK(1, sum > 0, 1) }
}

static double timed(const char *question, void (*ask)(const struct set *), size_t *total) {
  struct timespec began, ended;
  char line[4096], *end;
  strcpy(line, question);
  clock_gettime(CLOCK_MONOTONIC, &began);
  memset(hit, 0, customers);
  for (char *part = strtok_r(line, "|", &end); part; part = strtok_r(NULL, "|", &end)) {
    struct set set = parse(part);
    ask(&set);
  }
  *total = 0;
  for (size_t c = 0; c < customers; c++) *total += hit[c];
  clock_gettime(CLOCK_MONOTONIC, &ended);
  return (ended.tv_sec - began.tv_sec) * 1e3 + (ended.tv_nsec - began.tv_nsec) / 1e6;
}

int main(int argc, char **argv) {
  if (argc != 3) return 64;
  now = strtoul(argv[2], NULL, 10);
  size_t rows;
  at = column(argv[1], "at.u32", 4, &purchases);
  customer = column(argv[1], "customer.u32", 4, &rows);
  cents = column(argv[1], "cents.i32", 4, &rows);
  store = column(argv[1], "store.u8", 1, &rows);
  market = column(argv[1], "market.u8", 1, &rows);
  active = column(argv[1], "active.u8", 1, &customers);
  for (int i = 0; i < 2; i++) {
    mask[i] = column(argv[1], i ? "mask1.u8" : "mask0.u8", 1, &rows);
    for (size_t c = 0; c < customers; c++) mask[i][c] &= active[c];
  }
  hit = malloc(customers);
  count = malloc(customers * sizeof *count);
  spent = malloc(customers * sizeof *spent);

  group();

  char line[4096];
  while (fgets(line, sizeof line, stdin)) {
    size_t total, again;
    double by_time = timed(line, answer, &total), by_customer = timed(line, answer_by_customer, &again);
    if (total != again) { fprintf(stderr, "%zu and %zu: %s", total, again, line); return 1; }
    printf("%zu %.3f %.3f\n", total, by_time, by_customer);
    fflush(stdout);
  }
  return 0;
}
