// Package resolver is the DNS server of a VPC: the names that its namespaces of AWS Cloud Map have, piece
// by piece, and a server that answers for them and passes on all other questions as they came. The
// pieces are pushed to where it runs, in a container or in this process, by package push. Nothing here
// knows rows or an AWS SDK.
package resolver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend/push"
)

// Piece is one part of what a resolver knows, of which exactly one is set. It replaces the one with the
// same [Key].
type Piece struct {
	Version int64   // see push.Piece
	Zone    *Zone   `json:",omitempty"`
	Name    *Name   `json:",omitempty"`
	Silent  *Silent `json:",omitempty"`
}

// Zone is a namespace: the resolver answers for all names in it.
type Zone struct {
	ID   string // the caller's
	Name string // shop.local
	// NegativeTTL is for how many seconds others may remember that a name does not exist.
	NegativeTTL uint32
}

// Name is a service, as a name below its zone.
type Name struct {
	ID   string // the caller's
	Zone string // id
	Name string // below the zone: api
	// Weighted answers with one of the records, not with up to eight.
	Weighted bool `json:",omitempty"`
	Sets     []Set
	Records  []Record `json:",omitempty"`
}

// Set is a type of records of a name.
type Set struct {
	Type string // A, AAAA, SRV, CNAME
	TTL  uint32 // seconds
}

// Record is an instance: what it has for each set of its name.
type Record struct {
	ID    string
	IPv4  netip.Addr   `json:",omitzero"`
	IPv6  netip.Addr   `json:",omitzero"`
	Port  uint16       `json:",omitempty"` // for SRV
	CNAME string       `json:",omitempty"`
	Alias []netip.Addr `json:",omitempty"` // those of the load balancer that it is an alias of
	// Unhealthy ones are left out unless all are.
	Unhealthy bool `json:",omitempty"`
}

// Silent has the resolver answer nothing.
type Silent struct{}

// Kind is one of the constants below.
type Kind string

// The kinds of pieces.
const (
	KindZone   Kind = "zone"
	KindName   Kind = "name"
	KindSilent Kind = "silent"
)

// Key names a piece.
type Key struct {
	Kind Kind
	ID   string `json:",omitempty"`
}

// Key returns the piece's name, or an error if it is not exactly one.
func (p Piece) Key() (Key, error) {
	var keys []Key
	if p.Zone != nil {
		keys = append(keys, Key{KindZone, p.Zone.ID})
	}
	if p.Name != nil {
		keys = append(keys, Key{KindName, p.Name.ID})
	}
	if p.Silent != nil {
		keys = append(keys, Key{KindSilent, "all"})
	}
	if len(keys) != 1 {
		return Key{}, fmt.Errorf("a piece of a resolver has %d parts, not one", len(keys))
	}
	if keys[0].ID == "" {
		return Key{}, errors.New("a piece of a resolver without an id")
	}
	return keys[0], nil
}

// At joins a piece with the version that its sender has given it.
func (p Piece) At(version int64) Piece {
	p.Version = version
	return p
}

// In is the piece's version.
func (p Piece) In() int64 { return p.Version }

// Content is the piece without its version.
func (p Piece) Content() Piece { return p.At(0) }

func (k Key) String() string { return string(k.Kind) + " " + k.ID }

// Compare orders keys by kind and id.
func (k Key) Compare(other Key) int {
	return cmp.Or(cmp.Compare(k.Kind, other.Kind), cmp.Compare(k.ID, other.ID))
}

// Exclusive reports that no piece has what another one may want.
func (Key) Exclusive() bool { return false }

// News are the news of a resolver, which has none.
type News struct{}

// About is the key that news are about.
func (News) About() Key { return Key{} }

// Compare orders news.
func (News) Compare(News) int { return 0 }

// Client tells a resolver what to answer. Resolvers count nothing.
type Client = push.Client[Piece, Key, News, struct{}]

// PieceServer is the other end of a [Client].
type PieceServer = push.Server[Piece, Key, News, struct{}]

// Connect greets the resolver at the other end of a stream: see push.Connect.
func Connect(ctx context.Context, stream io.ReadWriteCloser) (*Client, error) {
	return push.Connect[Piece, Key, News, struct{}](ctx, stream, nil)
}

// NewPieceServer makes what takes pieces for a table: its Serve is given the table.
func NewPieceServer() *PieceServer { return push.NewServer[Piece, Key, News, struct{}]() }
