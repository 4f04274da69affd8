package compare

import (
	"math/rand/v2"
	"testing"
)

// TestTheFewestAreFew: the number is never below what any single dimension needs, one fewer would hold too little of one, and
// more demand never needs fewer.
func TestTheFewestAreFew(t *testing.T) {
	random := rand.New(rand.NewPCG(46, 5))
	for range 20_000 {
		n := need{
			seconds: 60 + random.Int64N(24*3600), cpuSeconds: random.Int64N(1 << 40), mibSeconds: random.Int64N(1 << 42), eniSeconds: random.Int64N(1 << 28),
		}
		if random.IntN(3) == 0 {
			n.eniSeconds = 0 // tasks in bridge mode
		}
		has := capacity{cpu: 1024 * (1 + random.Int64N(192)), mib: 1 + random.Int64N(1<<20), enis: 1 + random.Int64N(40)}
		got, possible := n.fewest(has)
		if !possible {
			t.Fatalf("%+v on %+v: not possible", n, has)
		}
		holds := func(instances int64) bool {
			room := instances * n.seconds
			return room*has.cpu >= n.cpuSeconds && room*has.mib >= n.mibSeconds && room*has.enis >= n.eniSeconds
		}
		if !holds(got) || got > 0 && holds(got-1) {
			t.Fatalf("%+v on %+v: got %d", n, has, got)
		}
		more := n
		more.cpuSeconds += random.Int64N(1 << 30)
		more.mibSeconds += random.Int64N(1 << 30)
		more.eniSeconds += random.Int64N(1 << 10)
		if with, _ := more.fewest(has); with < got {
			t.Fatalf("%+v needs %d, and with more %d", n, got, with)
		}
		wider := has
		wider.cpu, wider.mib, wider.enis = has.cpu*2, has.mib*2, has.enis*2
		if on, _ := n.fewest(wider); on > got {
			t.Fatalf("%+v needs %d, and on twice as large instances %d", n, got, on)
		}
	}
}
