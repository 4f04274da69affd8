//go:build linux

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// Interfaces are known by their addresses, in any order.
func TestInterfacesOfAWayOut(t *testing.T) {
	lo := localAddress{[4]byte{127, 0, 0, 1}, 8, [4]byte{1}}
	vpc := localAddress{[4]byte{10, 0, 1, 9}, 16, [4]byte{7}}
	bridge := localAddress{[4]byte{100, 127, 240, 2}, 20, [4]byte{5}}
	inner := localAddress{[4]byte{10, 9, 0, 8}, 24, [4]byte{9}}
	gateway := localAddress{[4]byte{100, 127, 240, 1}, 20, bridge.link}
	for _, c := range []struct {
		addresses []localAddress
		inside    string
		gateway   localAddress
		exempt    [][]byte
	}{
		{[]localAddress{lo, vpc, bridge}, "", gateway, [][]byte{loopback}},
		{[]localAddress{lo, bridge, vpc}, "", gateway, [][]byte{loopback}},
		{[]localAddress{inner, bridge, vpc, lo}, "10.9.0.1/24", gateway, [][]byte{loopback, inner.link[:]}},
		{[]localAddress{lo, vpc, inner}, "", localAddress{}, [][]byte{loopback}},
		{[]localAddress{lo, vpc, bridge}, "10.9.0.1/24", gateway, [][]byte{loopback}},
	} {
		w, err := wayOutAmong(c.addresses, "10.0.1.9", "100.127.240.1/20", c.inside)
		if err != nil || w.own != vpc || w.gateway != c.gateway || (w.there == bridge.ip) != (c.gateway == gateway) || !slices.EqualFunc(w.exempt(), c.exempt, bytes.Equal) {
			t.Errorf("among %v: %+v, %v", c.addresses, w, err)
		}
	}
	for _, own := range []string{"", "10.0.1", "10.0.1.8"} {
		if w, err := wayOutAmong([]localAddress{lo, vpc, bridge}, own, "100.127.240.1/20", ""); err == nil {
			t.Errorf("%q is an address of it: %+v", own, w)
		}
	}
}

// ofInterface counts the rules that begin with an interface.
func ofInterface(r *ruleset, key uint32, step expression) int {
	var b buffer
	for _, e := range []expression{meta(key), step} {
		b.nest(1, func() {
			b.text(1, e.name)
			b.nest(2, func() { e.data(&b) })
		})
	}
	return bytes.Count(r.bytes, b.bytes)
}

// New connections come in by the VPC's interface, the loopback one and the one of the instance's network alone, before anything
// is led elsewhere.
func TestOnlyAnswersComeInByAWayOut(t *testing.T) {
	w := &wayOut{own: localAddress{link: [4]byte{7}}, gateway: localAddress{link: [4]byte{5}}, inside: [][4]byte{{9}}}
	r := newRuleset("answers")
	r.onlyAnswers(w)
	for link, want := range map[byte]int{1: 1, 5: 0, 7: 1, 9: 1} {
		if n := ofInterface(r, inInterface, is(link, 0, 0, 0)); n != want {
			t.Errorf("%d rules let in what comes by the interface %d, want %d", n, link, want)
		}
	}
	messages, err := syscall.ParseNetlinkMessage(r.bytes)
	if err != nil {
		t.Fatal(err)
	}
	var last buffer
	last.nest(1, func() { last.text(1, drop.name); last.nest(2, func() { drop.data(&last) }) })
	if end := messages[len(messages)-1]; end.Header.Type != newRule || !bytes.HasSuffix(end.Data, last.bytes) {
		t.Errorf("the last rule is %x, and drops nothing", end.Data)
	}
	if beforeNAT >= destinationNAT-1 || beforeNAT <= -200 { // NF_IP_PRI_CONNTRACK
		t.Errorf("it is looked at at %d", beforeNAT)
	}
}

// A filter decides about what leaves by the VPC's interface, and where another one leads out by that as well.
func TestWhatAFilterLeavesAlone(t *testing.T) {
	at := localAddress{ip: [4]byte{10, 0, 0, 9}, bits: 16, link: [4]byte{7}}
	defer func() { leads = nil }()
	for _, c := range []struct {
		leads   *wayOut
		but     int // rules that let out all but what leaves by the VPC's interface
		outside int // rules that let out what leaves by the bridge
		inside  int
	}{
		{nil, 1, 0, 0},
		{&wayOut{own: at, gateway: localAddress{link: [4]byte{5}}}, 0, 0, 0},
		{&wayOut{own: at, gateway: localAddress{link: [4]byte{5}}, inside: [][4]byte{{9}}}, 0, 0, 1},
	} {
		leads = c.leads
		r := newRuleset("filter")
		r.filter(at, false, nil)
		but, outside, inside := ofInterface(r, outInterface, isNot(at.link[:]...)), ofInterface(r, outInterface, is(5, 0, 0, 0)), ofInterface(r, outInterface, is(9, 0, 0, 0))
		if but != c.but || outside != c.outside || inside != c.inside {
			t.Errorf("%+v: %d, %d and %d rules", c.leads, but, outside, inside)
		}
		if n := ofInterface(r, outInterface, is(loopback...)); (n == 1) != (c.leads != nil) {
			t.Errorf("%+v: %d rules let out what stays in the namespace", c.leads, n)
		}
	}
}

func TestWordsOfAWayOut(t *testing.T) {
	defer func() { leads = nil }()
	words := []string{"127.0.0.1", "lead=none", "instance"}
	if others, err := leadOut(words); err != nil || !slices.Equal(others, words) || leads != nil {
		t.Errorf("without a way out: %q, %v", others, err)
	}
	if others, err := leadOut([]string{"127.0.0", "out=100.127.240.1/20", "lead=none", "inside=10.9.0.1/24", "balance"}); err == nil || !slices.Equal(others, []string{"127.0.0", "lead=none", "balance"}) {
		t.Errorf("without an address: %q, %v", others, err)
	}
	if others, err := leadOut([]string{"out=100.127.240.1/20"}); err == nil {
		t.Errorf("without an owner: %q", others)
	}
}

// The name of a task's host leads to its address in the VPC alone, in whichever order the engine has written both.
func TestTheHostsFileHasNoAddressOfTheBridge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hosts")
	const before = "127.0.0.1\tlocalhost\n100.127.248.4\tip-10-0-0-9\n10.0.0.9\tip-10-0-0-9\n\n100.127.248.44\tother\n# 100.127.248.4 is not its own"
	const after = "127.0.0.1\tlocalhost\n10.0.0.9\tip-10-0-0-9\n\n100.127.248.44\tother\n# 100.127.248.4 is not its own"
	if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := forgetAddress(path, [4]byte{100, 127, 248, 4}); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != after { //nolint:gosec // a path of this test
			t.Errorf("%q, %v", got, err)
		}
	}
	if err := forgetAddress(path+"-gone", [4]byte{}); err == nil {
		t.Error("a file that there is not is taken")
	}
}

func TestNameOfAnInterface(t *testing.T) {
	var b buffer
	for i, name := range []string{"lo", "eth1", "eth0"} {
		b.message(syscall.RTM_NEWLINK, 0, []byte{0, 0, 0, 0, byte(i + 1), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, func() { b.text(syscall.IFLA_IFNAME, name) })
	}
	table, err := syscall.ParseNetlinkMessage(b.bytes)
	if err != nil {
		t.Fatal(err)
	}
	if name, err := nameOf([4]byte{2}, table); err != nil || name != "eth1" {
		t.Errorf("%q, %v", name, err)
	}
	if name, err := nameOf([4]byte{9}, table); err == nil {
		t.Errorf("an interface that there is not is %q", name)
	}
	if got := carryOut([]string{"interface", "."}, ownerCommands); got != "the VPC's network leads out" {
		t.Error(got)
	}
}
