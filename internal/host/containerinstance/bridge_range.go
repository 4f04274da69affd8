package containerinstance

import (
	"encoding/binary"
	"net/netip"
	"sync"
)

// bridgeRanges gives out parts of a block in turn. Which of them are taken the engine
// knows.
type bridgeRanges struct {
	block netip.Prefix

	mu   sync.Mutex
	used int
}

// count is how many there are.
func (r *bridgeRanges) count() int { return 1 << max(0, bridgeBits-r.block.Bits()) }

func (r *bridgeRanges) next() netip.Prefix {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := r.block.Masked().Addr().As4()
	at := binary.BigEndian.Uint32(first[:]) + uint32(r.used%r.count())<<(32-bridgeBits)
	r.used++
	binary.BigEndian.PutUint32(first[:], at)
	return netip.PrefixFrom(netip.AddrFrom4(first), bridgeBits)
}
