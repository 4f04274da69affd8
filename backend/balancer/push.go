package balancer

import "cmp"

// What package push asks of pieces, of their keys and of news.

// At joins a piece with the version that its sender has given it.
func (p Piece) At(version int64) Piece {
	p.Version = version
	return p
}

// In is the piece's version.
func (p Piece) In() int64 { return p.Version }

// Content is what tells the piece from one that is in place.
func (p Piece) Content() Piece {
	p.Version = 0
	if p.Target != nil {
		t := *p.Target
		t.Healthy = false // it is of the past, and means nothing for one that is in place
		p.Target = &t
	}
	return p
}

func (k Key) String() string { return string(k.Kind) + " " + k.ID }

// Compare orders keys by kind, group and id.
func (k Key) Compare(other Key) int {
	return cmp.Or(cmp.Compare(k.Kind, other.Kind), cmp.Compare(k.Group, other.Group), cmp.Compare(k.ID, other.ID))
}

// Exclusive reports whether the piece has a port, which another one may want.
func (k Key) Exclusive() bool { return k.Kind == KindListener }

// About is the key of the target.
func (h Health) About() Key { return Key{Kind: KindTarget, ID: h.Target, Group: h.Group} }

// Compare orders news by their time.
func (h Health) Compare(other Health) int {
	return cmp.Or(h.At.Compare(other.At), h.About().Compare(other.About()))
}
