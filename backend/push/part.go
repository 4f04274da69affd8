package push

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Part is pieces that several clients get, such as the targets that many proxies know. What differs from a former one is
// worked out once for all of them. Make one with NewPart.
type Part[P Piece[P, K], K Key[K]] struct {
	name   string
	number int64
	pieces []known[P, K]

	mu    sync.Mutex
	since map[int64]difference[P, K] // the former part's number → what has changed since
}

// known is a piece with what is compared of it.
type known[P Piece[P, K], K Key[K]] struct {
	piece  P
	key    K
	digest string
}

// difference leads from one part to another.
type difference[P Piece[P, K], K Key[K]] struct {
	set  []known[P, K]
	gone []K
}

var parts atomic.Int64

// NewPart makes a part, which takes the place of the former one with its name. The pieces need no version.
func NewPart[P Piece[P, K], K Key[K]](name string, pieces []P) (*Part[P, K], error) {
	list, err := know(pieces, nil)
	if err != nil {
		return nil, err
	}
	return &Part[P, K]{name: name, number: parts.Add(1), pieces: list, since: map[int64]difference[P, K]{}}, nil
}

// Pieces of the part.
func (p *Part[P, K]) Pieces() (list []P) {
	for _, k := range p.pieces {
		list = append(list, k.piece)
	}
	return list
}

// know works out what is compared of pieces, but for those that it was worked out of before.
func know[P Piece[P, K], K Key[K]](pieces []P, before map[P]known[P, K]) ([]known[P, K], error) {
	list := make([]known[P, K], len(pieces))
	for i, p := range pieces {
		if k, ok := before[p]; ok {
			list[i] = k
			continue
		}
		key, err := p.Key()
		if err != nil {
			return nil, err
		}
		list[i] = known[P, K]{p, key, digest(p)}
	}
	return list, nil
}

// differs is what has changed since a former part.
func (p *Part[P, K]) differs(former *Part[P, K]) difference[P, K] {
	p.mu.Lock()
	defer p.mu.Unlock()
	d, ok := p.since[former.number]
	if ok {
		return d
	}
	digests := map[K]string{}
	for _, k := range former.pieces {
		digests[k.key] = k.digest
	}
	for _, k := range p.pieces {
		if digests[k.key] != k.digest {
			d.set = append(d.set, k)
		}
		delete(digests, k.key)
	}
	for key := range digests {
		d.gone = append(d.gone, key)
	}
	slices.SortFunc(d.gone, K.Compare)
	p.since[former.number] = d
	return d
}
