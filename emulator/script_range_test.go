package emulator_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"testing"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// scriptRanges are the second numbers of $RANGE that scripts of this run have had.
var scriptRanges struct {
	sync.Mutex
	had map[int]bool
}

// freeRange is the beginning of a range 10.N.0.0/16, "10.N", that no other script of this run has
// and, on Docker, no network of the engine: another run may have some there.
func freeRange(t *testing.T, onDocker bool) string {
	t.Helper()
	var taken []netip.Prefix
	if onDocker {
		found, err := dockertest.Client(t).NetworkList(t.Context(), client.NetworkListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range found.Items {
			for _, c := range n.IPAM.Config {
				taken = append(taken, c.Subnet)
			}
		}
	}
	scriptRanges.Lock()
	defer scriptRanges.Unlock()
	if scriptRanges.had == nil {
		scriptRanges.had = map[int]bool{}
	}
next:
	for _, n := range rand.Perm(72) { // tests of engines have those below 100 and from 200 on
		n += 128
		wanted := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(n)}), 16)
		for _, other := range taken {
			if other.Overlaps(wanted) {
				continue next
			}
		}
		if !onDocker || !scriptRanges.had[n] {
			scriptRanges.had[n] = onDocker || scriptRanges.had[n]
			return fmt.Sprintf("10.%d", n)
		}
	}
	t.Fatal("no range of 10.128.0.0 to 10.199.255.255 is free for a script")
	return ""
}
