package push

import "fmt"

// Piece is one part of what a data plane is to do. It is pushed by itself, whenever it changes, and
// replaces the one with the same key. P is the type itself, as JSON carries it.
type Piece[P any, K Key[K]] interface {
	// comparable tells, by what it points to, that a piece is the very one of before.
	comparable
	// Key names the piece, or says what is wrong with it.
	Key() (K, error)
	// At is the piece in a version, which grows with each change, and In its version.
	At(version int64) P
	In() int64
	// Content is what is compared to tell whether there is a change: the piece without its version.
	Content() P
}

// Key names a piece. Its text stands in errors.
type Key[K any] interface {
	comparable
	fmt.Stringer
	Compare(K) int
	// Exclusive reports whether the piece has something that another one may want, such as a port:
	// what goes of these goes first.
	Exclusive() bool
}

// News is what a data plane tells by itself. Of those about the same key the latest counts.
type News[N, K any] interface {
	About() K
	// Compare gives the order in which they came.
	Compare(N) int
}
