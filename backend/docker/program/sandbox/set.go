//go:build linux

package main

// addressRange is the addresses from the first to the last one.
type addressRange struct{ first, last [4]byte }

func (r addressRange) isAll() bool {
	return r.first == [4]byte{} && r.last == [4]byte{255, 255, 255, 255}
}

const (
	setOfIntervals = 4 // NFT_SET_INTERVAL
	endOfInterval  = 1 // NFT_SET_ELEM_INTERVAL_END
	ipv4Addresses  = 7 // the type of keys, which only those read who list them
	// elementsAtOnce stay within the 64 KiB that an attribute may have.
	elementsAtOnce = 1000
)

// set adds a set of addresses: ranges in order and apart from each other.
func (r *ruleset) set(number uint32, name string, ranges []addressRange) {
	r.nft(newSet, create, func() {
		r.text(1, r.table)
		r.text(2, name)
		r.number(3, setOfIntervals)
		r.number(4, ipv4Addresses)
		r.number(5, 4) // bytes of a key
		r.number(10, number)
	})
	for len(ranges) > 0 {
		now := ranges[:min(len(ranges), elementsAtOnce)]
		ranges = ranges[len(now):]
		r.nft(newElements, create, func() {
			r.text(1, r.table)
			r.text(2, name)
			r.number(4, number)
			r.nest(3, func() {
				for _, addresses := range now {
					r.element(addresses.first, 0)
					if after, ok := next(addresses.last); ok {
						r.element(after, endOfInterval)
					}
				}
			})
		})
	}
}

func (r *ruleset) element(key [4]byte, flags uint32) {
	r.nest(1, func() {
		if flags != 0 {
			r.number(3, flags)
		}
		r.nest(1, func() { r.attribute(1, key[:]...) })
	})
}

// next is the address that follows; ok is false for the last one.
func next(a [4]byte) (following [4]byte, ok bool) {
	for i := 3; i >= 0; i-- {
		if a[i]++; a[i] != 0 {
			return a, true
		}
	}
	return a, false
}

// in ends the rule unless the first register is in a set.
func in(number uint32, name string) expression {
	return expression{"lookup", func(b *buffer) {
		b.text(1, name)
		b.number(2, 1)
		b.number(4, number)
	}}
}

// connection loads a property of a packet's connection into the first register.
func connection(key uint32) expression {
	return expression{"ct", func(b *buffer) { b.number(1, 1); b.number(2, key) }}
}

// Properties of connections.
const (
	connectionState     = 0
	connectionDirection = 1
	connectionStatus    = 2
)

// States of connections, as bits.
const (
	established = 1 << 1
	related     = 1 << 2
	beginning   = 1 << 3
)

// led ends the rule unless the packet belongs to something that was led elsewhere.
func led() []expression {
	return []expression{connection(connectionStatus), alter(1, []byte{destinationChanged, 0, 0, 0}, make([]byte, 4)), isNot(0, 0, 0, 0)}
}

// belongs ends the rule unless the packet belongs to something that was let through.
func belongs() []expression {
	return []expression{connection(connectionState), alter(1, []byte{established | related, 0, 0, 0}, make([]byte, 4)), isNot(0, 0, 0, 0)}
}

// begins ends the rule unless the packet begins something.
func begins() []expression {
	return []expression{connection(connectionState), alter(1, []byte{beginning, 0, 0, 0}, make([]byte, 4)), isNot(0, 0, 0, 0)}
}
