package resolver

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Table is what a resolver knows. It is a push.DataPlane.
type Table struct {
	mu     sync.RWMutex
	silent bool
	zones  map[string]*zone    // by id
	named  map[string][]*zone  // by name, in lower case with a dot at the end; in the order of their ids
	homes  map[string]location // of names, by their ids
}

// location is where a name is: it may move.
type location struct{ zone, name string }

// zone is a zone, or what is to be in one that is not there yet.
type zone struct {
	Zone
	origin string // empty: it is not there yet
	names  map[string]*entry
	// below counts the names below each name between the zone and them: it exists, and has no records.
	below map[string]int
}

// entry is a name with what finds its records.
type entry struct {
	Name
	instances map[string]Record // by id in lower case
	left      map[string]left   // likewise
}

// left is an instance that is not there any more.
type left struct {
	Record
	until time.Time
}

// lingers is how long the name of an instance still leads to it when it is not there any more: a client that asked
// for SRV records before asks for the address of one next. No source tells how long Route 53 does: this is the
// emulator's choice.
const lingers = 2 * time.Second

// NewTable makes a table that knows nothing.
func NewTable() *Table {
	return &Table{zones: map[string]*zone{}, named: map[string][]*zone{}, homes: map[string]location{}}
}

// Set puts a piece in place.
func (t *Table) Set(p Piece) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case p.Zone != nil:
		if len(strings.Trim(p.Zone.Name, ".")) == 0 || len(p.Zone.Name) > 253 {
			return fmt.Errorf("%q is no name of a zone", p.Zone.Name)
		}
		t.setZone(*p.Zone)
	case p.Name != nil:
		former := t.leaving(p.Name.ID)
		t.removeName(p.Name.ID)
		t.setName(*p.Name, former)
	case p.Silent != nil:
		t.silent = true
	}
	return nil
}

// Remove takes a piece away, if it is there.
func (t *Table) Remove(key Key) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch key.Kind {
	case KindZone:
		t.unname(key.ID)
		t.drop(key.ID)
	case KindName:
		t.removeName(key.ID)
	case KindSilent:
		t.silent = false
	}
}

// Settle returns at once: a piece holds when it is in place.
func (t *Table) Settle() {}

// Counts are none.
func (t *Table) Counts() *struct{} { return nil }

// canonical is a name as tables have it.
func canonical(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) + "." }

func (t *Table) zone(id string) *zone {
	z := t.zones[id]
	if z == nil {
		z = &zone{names: map[string]*entry{}, below: map[string]int{}}
		t.zones[id] = z
	}
	return z
}

func (t *Table) setZone(of Zone) {
	t.unname(of.ID)
	z := t.zone(of.ID)
	z.Zone, z.origin = of, canonical(of.Name)
	t.named[z.origin] = append(t.named[z.origin], z)
	slices.SortFunc(t.named[z.origin], func(a, b *zone) int { return cmp.Compare(a.ID, b.ID) })
}

// unname has a zone not be found.
func (t *Table) unname(id string) {
	z := t.zones[id]
	if z == nil || z.origin == "" {
		return
	}
	left := slices.DeleteFunc(t.named[z.origin], func(other *zone) bool { return other == z })
	if t.named[z.origin] = left; len(left) == 0 {
		delete(t.named, z.origin)
	}
	z.origin = ""
}

// drop forgets a zone that is not there and has no names.
func (t *Table) drop(id string) {
	if z := t.zones[id]; z != nil && z.origin == "" && len(z.names) == 0 {
		delete(t.zones, id)
	}
}

// leaving are the instances that a name has, and those that it had a moment ago.
func (t *Table) leaving(id string) map[string]left {
	at, known := t.homes[id]
	if !known {
		return nil
	}
	e := t.zones[at.zone].names[at.name]
	if e == nil || e.ID != id {
		return nil
	}
	now, all := time.Now(), map[string]left{}
	for instance, l := range e.left {
		if l.until.After(now) {
			all[instance] = l
		}
	}
	for instance, r := range e.instances {
		all[instance] = left{r, now.Add(lingers)}
	}
	return all
}

func (t *Table) setName(n Name, former map[string]left) {
	e := &entry{n, make(map[string]Record, len(n.Records)), former}
	for _, r := range n.Records {
		id := strings.ToLower(r.ID)
		e.instances[id] = r
		delete(former, id)
	}
	z, at := t.zone(n.Zone), strings.TrimSuffix(canonical(n.Name), ".")
	t.homes[n.ID] = location{n.Zone, at}
	z.names[at] = e
	for above := parent(at); above != ""; above = parent(above) {
		z.below[above]++
	}
}

func (t *Table) removeName(id string) {
	at, known := t.homes[id]
	if !known {
		return
	}
	delete(t.homes, id)
	z := t.zones[at.zone]
	if e := z.names[at.name]; e == nil || e.ID != id { // another one has its name now
		return
	}
	delete(z.names, at.name)
	for above := parent(at.name); above != ""; above = parent(above) {
		if z.below[above]--; z.below[above] == 0 {
			delete(z.below, above)
		}
	}
	t.drop(at.zone)
}

// parent is a name without its first label; empty is none.
func parent(name string) string {
	_, rest, _ := strings.Cut(name, ".")
	return rest
}

// Addresses are what a name leads to, also by its SRV records, in a random order. ours is
// false for a name in no zone.
func Addresses(in Names, name string, random func(n int) int) (all []netip.Addr, ours bool) {
	full, err := dnsmessage.NewName(canonical(name))
	if err != nil {
		return nil, false
	}
	for _, kind := range []dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeAAAA, dnsmessage.TypeSRV} {
		a := in.Answer(dnsmessage.Question{Name: full, Type: kind, Class: dnsmessage.ClassINET}, random)
		if !a.Ours {
			return nil, false
		}
		for _, r := range append(a.Answers, a.Additionals...) {
			switch body := r.Body.(type) {
			case *dnsmessage.AResource:
				all = append(all, netip.AddrFrom4(body.A))
			case *dnsmessage.AAAAResource:
				all = append(all, netip.AddrFrom16(body.AAAA))
			}
		}
	}
	return all, true
}
