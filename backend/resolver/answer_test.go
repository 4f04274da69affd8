package resolver

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// first draws 0: records come in the order in which they were given.
func first(int) int { return 0 }

func at(n int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, 0, byte(n)}) }

// instances are a number of records with addresses from 10.0.0.1 on, and ports.
func instances(n int) (all []Record) {
	for i := range n {
		all = append(all, Record{ID: fmt.Sprint("task-", i+1), IPv4: at(i + 1), Port: uint16(8001 + i)})
	}
	return all
}

func set(types ...string) (all []Set) {
	for i, of := range types {
		all = append(all, Set{of, uint32(10 * (i + 1))})
	}
	return all
}

// table has the zone shop.local with names.
func table(t *testing.T, names ...Name) *Table {
	t.Helper()
	all := NewTable()
	pieces := []Piece{{Zone: &Zone{ID: "ns-1", Name: "shop.local", NegativeTTL: 15}}}
	for i, n := range names {
		n.ID, n.Zone = fmt.Sprint("srv-", i+1), "ns-1"
		pieces = append(pieces, Piece{Name: &n})
	}
	for _, p := range pieces {
		if err := all.Set(p); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// says is the answer to a question, as text.
func says(t *testing.T, all *Table, name string, of dnsmessage.Type) string {
	t.Helper()
	a := all.Answer(dnsmessage.Question{Name: dnsmessage.MustNewName(name), Type: of, Class: dnsmessage.ClassINET}, first)
	switch {
	case a.Silent:
		return "silent"
	case !a.Ours:
		return "elsewhere"
	}
	words := []string{strings.TrimPrefix(a.RCode.String(), "RCode")}
	for _, section := range [][]dnsmessage.Resource{a.Answers, a.Authorities, a.Additionals} {
		for _, r := range section {
			words = append(words, record(r))
		}
		words = append(words, "/")
	}
	if a.Elsewhere != "" {
		words = append(words, "ask "+a.Elsewhere)
	}
	return strings.TrimRight(strings.Join(words, " "), " /")
}

func record(r dnsmessage.Resource) string {
	switch b := r.Body.(type) {
	case *dnsmessage.AResource:
		return fmt.Sprint(r.Header.TTL, " ", netip.AddrFrom4(b.A))
	case *dnsmessage.AAAAResource:
		return fmt.Sprint(r.Header.TTL, " ", netip.AddrFrom16(b.AAAA))
	case *dnsmessage.SRVResource:
		return fmt.Sprint(r.Header.TTL, " ", b.Priority, " ", b.Weight, " ", b.Port, " ", b.Target)
	case *dnsmessage.CNAMEResource:
		return fmt.Sprint(r.Header.TTL, " ", b.CNAME)
	case *dnsmessage.SOAResource:
		return fmt.Sprint("SOA ", r.Header.Name, " ", r.Header.TTL)
	default:
		return fmt.Sprintf("%T", r.Body)
	}
}

func TestAnswers(t *testing.T) {
	six := netip.MustParseAddr("fd00::1")
	all := table(t,
		Name{Name: "api", Sets: set("A"), Records: instances(2)},
		Name{Name: "both", Sets: set("A", "AAAA"), Records: []Record{{ID: "1", IPv4: at(1), IPv6: six}}},
		Name{Name: "ports", Sets: set("SRV"), Records: []Record{{ID: "Task-1", IPv4: at(1), IPv6: six, Port: 8080}}},
		Name{Name: "one", Sets: set("A"), Weighted: true, Records: instances(3)},
		Name{Name: "out", Sets: set("CNAME"), Weighted: true, Records: []Record{{ID: "1", CNAME: "www.example.com"}}},
		Name{Name: "in", Sets: set("CNAME"), Weighted: true, Records: []Record{{ID: "1", CNAME: "api.shop.local"}}},
		Name{Name: "loop", Sets: set("CNAME"), Weighted: true, Records: []Record{{ID: "1", CNAME: "loop.shop.local"}}},
		Name{Name: "web", Sets: set("A"), Weighted: true, Records: []Record{{ID: "1", Alias: []netip.Addr{at(7), at(8)}}}},
		Name{Name: "none", Sets: set("A")},
		Name{Name: "deep.below", Sets: set("A"), Records: instances(1)},
	)
	for _, c := range []struct {
		name string
		of   dnsmessage.Type
		want string
	}{
		{"api.shop.local.", dnsmessage.TypeA, "Success 10 10.0.0.1 10 10.0.0.2"},
		{"API.Shop.LOCAL.", dnsmessage.TypeA, "Success 10 10.0.0.1 10 10.0.0.2"},
		{"api.shop.local.", dnsmessage.TypeAAAA, "Success / SOA shop.local. 15"},
		{"api.shop.local.", dnsmessage.TypeSRV, "Success / SOA shop.local. 15"},
		{"both.shop.local.", dnsmessage.TypeAAAA, "Success 20 fd00::1"},
		{"ports.shop.local.", dnsmessage.TypeSRV, "Success 10 1 1 8080 Task-1.ports.shop.local. / / 10 10.0.0.1 10 fd00::1"},
		{"ports.shop.local.", dnsmessage.TypeA, "Success / SOA shop.local. 15"},
		{"task-1.ports.shop.local.", dnsmessage.TypeA, "Success 10 10.0.0.1"},
		{"task-1.ports.shop.local.", dnsmessage.TypeAAAA, "Success 10 fd00::1"},
		{"task-1.ports.shop.local.", dnsmessage.TypeTXT, "Success / SOA shop.local. 15"},
		{"task-2.ports.shop.local.", dnsmessage.TypeA, "NameError / SOA shop.local. 15"},
		{"task-1.api.shop.local.", dnsmessage.TypeA, "NameError / SOA shop.local. 15"}, // only SRV records have such names
		{"one.shop.local.", dnsmessage.TypeA, "Success 10 10.0.0.1"},
		{"out.shop.local.", dnsmessage.TypeA, "Success 10 www.example.com. / / / ask www.example.com."},
		{"out.shop.local.", dnsmessage.TypeCNAME, "Success 10 www.example.com."},
		{"in.shop.local.", dnsmessage.TypeA, "Success 10 api.shop.local. 10 10.0.0.1 10 10.0.0.2"},
		{"loop.shop.local.", dnsmessage.TypeA, "ServerFailure"},
		{"web.shop.local.", dnsmessage.TypeA, "Success 60 10.0.0.7 60 10.0.0.8"},
		{"none.shop.local.", dnsmessage.TypeA, "NameError / SOA shop.local. 15"}, // Cloud Map makes records with the first instance
		{"other.shop.local.", dnsmessage.TypeA, "NameError / SOA shop.local. 15"},
		{"below.shop.local.", dnsmessage.TypeA, "Success / SOA shop.local. 15"},
		{"deep.below.shop.local.", dnsmessage.TypeA, "Success 10 10.0.0.1"},
		{"shop.local.", dnsmessage.TypeSOA, "Success SOA shop.local. 15"},
		{"shop.local.", dnsmessage.TypeA, "Success / SOA shop.local. 15"},
		{"myshop.local.", dnsmessage.TypeA, "elsewhere"},
		{"local.", dnsmessage.TypeA, "elsewhere"},
		{".", dnsmessage.TypeNS, "elsewhere"},
	} {
		if got := says(t, all, c.name, c.of); got != c.want {
			t.Errorf("%s %v:\n%q, want\n%q", c.name, c.of, got, c.want)
		}
	}
}

func TestUnhealthyInstancesAreLeftOutUnlessAllAre(t *testing.T) {
	some := instances(3)
	some[0].Unhealthy = true
	none := instances(2)
	none[0].Unhealthy, none[1].Unhealthy = true, true
	all := table(t, Name{Name: "some", Sets: set("A"), Records: some}, Name{Name: "none", Sets: set("A"), Records: none})
	if got := says(t, all, "some.shop.local.", dnsmessage.TypeA); got != "Success 10 10.0.0.2 10 10.0.0.3" {
		t.Errorf("one of three: %s", got)
	}
	if got := says(t, all, "none.shop.local.", dnsmessage.TypeA); got != "Success 10 10.0.0.1 10 10.0.0.2" {
		t.Errorf("all: %s", got)
	}
}

// Of many instances eight are told, and each of them at times.
func TestManyInstances(t *testing.T) {
	all := table(t, Name{Name: "api", Sets: set("A"), Records: instances(20)})
	seen := map[string]int{}
	state := 1
	random := func(n int) int { state = state*1103515245 + 12345; return (state >> 16 & 0x7fff) % n }
	for range 200 {
		a := all.Answer(dnsmessage.Question{Name: dnsmessage.MustNewName("api.shop.local."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}, random)
		var told []string
		for _, r := range a.Answers {
			told = append(told, record(r))
			seen[record(r)]++
		}
		slices.Sort(told)
		if len(slices.Compact(told)) != 8 {
			t.Fatalf("told %q", told)
		}
	}
	if len(seen) != 20 {
		t.Errorf("%d of 20 instances were told: %v", len(seen), seen)
	}
}

func TestATableFollowsItsPieces(t *testing.T) {
	all := table(t, Name{Name: "a.below", Sets: set("A"), Records: instances(1)}, Name{Name: "b.below", Sets: set("A"), Records: instances(1)})
	ask := func(what, name, want string) {
		t.Helper()
		if got, _, _ := strings.Cut(says(t, all, name, dnsmessage.TypeA), " /"); got != want {
			t.Errorf("%s: %s is %q, want %q", what, name, got, want)
		}
	}
	put := func(p Piece) {
		t.Helper()
		if err := all.Set(p); err != nil {
			t.Fatal(err)
		}
	}
	put(Piece{Name: &Name{ID: "srv-1", Zone: "ns-1", Name: "c", Sets: set("A"), Records: instances(2)}})
	ask("moved", "a.below.shop.local.", "NameError")
	ask("moved", "c.shop.local.", "Success 10 10.0.0.1 10 10.0.0.2")
	ask("another one is left", "below.shop.local.", "Success")
	all.Remove(Key{KindName, "srv-2"})
	ask("none is left", "below.shop.local.", "NameError")
	put(Piece{Zone: &Zone{ID: "ns-2", Name: "eu.shop.local"}})
	put(Piece{Name: &Name{ID: "srv-3", Zone: "ns-2", Name: "c", Sets: set("A"), Records: instances(1)}})
	ask("in the longer zone", "c.eu.shop.local.", "Success 10 10.0.0.1")
	put(Piece{Silent: &Silent{}})
	ask("without DNS support", "c.shop.local.", "silent")
	ask("without DNS support", "example.com.", "silent")
	all.Remove(Key{Kind: KindSilent, ID: "all"})
	all.Remove(Key{KindZone, "ns-1"})
	ask("the zone is gone", "c.shop.local.", "elsewhere")
	put(Piece{Zone: &Zone{ID: "ns-1", Name: "Shop.Local."}})
	ask("the zone is there again", "c.shop.local.", "Success 10 10.0.0.1 10 10.0.0.2")
	for _, id := range []string{"srv-1", "srv-3"} {
		all.Remove(Key{KindName, id})
	}
	all.Remove(Key{KindZone, "ns-1"})
	all.Remove(Key{KindZone, "ns-2"})
	if len(all.zones)+len(all.named)+len(all.homes) > 0 {
		t.Errorf("left: %v, %v, %v", all.zones, all.named, all.homes)
	}
}

// Whom SRV records named is found by who asks next, also if the instance has gone meanwhile, and is not named anew.
func TestAnInstanceThatHasJustGoneIsFoundByItsName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name := Name{ID: "srv-1", Zone: "ns-1", Name: "api", Sets: set("SRV"), Records: instances(2)}
		all := table(t, name)
		expect := func(what, name string, of dnsmessage.Type, want string) {
			t.Helper()
			if got, _, _ := strings.Cut(says(t, all, name, of), " /"); got != want {
				t.Errorf("%s: %s is %q, want %q", what, name, got, want)
			}
		}
		without := name
		without.Records = name.Records[:1]
		for range 2 { // a later change of the same name does not matter
			if err := all.Set(Piece{Name: &without}); err != nil {
				t.Fatal(err)
			}
		}
		expect("just gone", "task-2.api.shop.local.", dnsmessage.TypeA, "Success 10 10.0.0.2")
		expect("just gone", "api.shop.local.", dnsmessage.TypeSRV, "Success 10 1 1 8001 task-1.api.shop.local.")
		time.Sleep(2 * time.Second)
		expect("gone", "task-2.api.shop.local.", dnsmessage.TypeA, "NameError")
		expect("there", "task-1.api.shop.local.", dnsmessage.TypeA, "Success 10 10.0.0.1")
	})
}

// The table of the host has the namespaces of all VPCs: two may have a name.
func TestZonesOfOneName(t *testing.T) {
	all := table(t, Name{Name: "api", Sets: set("A"), Records: instances(1)})
	for _, p := range []Piece{
		{Zone: &Zone{ID: "ns-2", Name: "shop.local"}},
		{Name: &Name{ID: "srv-9", Zone: "ns-2", Name: "cart", Sets: set("A"), Records: instances(2)}},
	} {
		if err := all.Set(p); err != nil {
			t.Fatal(err)
		}
	}
	if got := says(t, all, "cart.shop.local.", dnsmessage.TypeA); got != "Success 10 10.0.0.1 10 10.0.0.2" {
		t.Errorf("a name in the second zone: %s", got)
	}
	if addresses, ours := Addresses(all, "api.shop.local", first); !ours || !slices.Equal(addresses, []netip.Addr{at(1)}) {
		t.Errorf("addresses of a name in the first zone: %v", addresses)
	}
	if addresses, ours := Addresses(all, "other.shop.local", first); !ours || len(addresses) > 0 {
		t.Errorf("a name in neither leads to %v", addresses)
	}
	if _, ours := Addresses(all, "example.com", first); ours {
		t.Error("a name elsewhere is one of ours")
	}
}

func TestAPieceIsOne(t *testing.T) {
	for what, p := range map[string]Piece{"none": {}, "two": {Zone: &Zone{ID: "1"}, Name: &Name{ID: "1"}}, "without an id": {Zone: &Zone{}}} {
		if key, err := p.Key(); err == nil {
			t.Errorf("%s is %v", what, key)
		}
	}
	if err := NewTable().Set(Piece{Zone: &Zone{ID: "ns-1", Name: "."}}); err == nil {
		t.Error("the root is a zone")
	}
}
