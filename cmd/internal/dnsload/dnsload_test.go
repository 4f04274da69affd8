package dnsload

import (
	"net"
	"net/netip"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/resolver"
)

func TestAddressesOfANameAndOfNone(t *testing.T) {
	table := resolver.NewTable()
	address := netip.MustParseAddr("10.0.0.1")
	for _, p := range []resolver.Piece{
		{Zone: &resolver.Zone{ID: "zone", Name: "shop.local"}},
		{Name: &resolver.Name{ID: "name", Zone: "zone", Name: "api", Sets: []resolver.Set{{Type: "A", TTL: 10}}, Records: []resolver.Record{{ID: "1", IPv4: address}}}},
	} {
		if err := table.Set(p); err != nil {
			t.Fatal(err)
		}
	}
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() { _ = (&resolver.Server{Table: table}).ServeUDP(conn) }()
	c, err := Connect(conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for name, want := range map[string][]netip.Addr{"api.shop.local.": {address}, "web.shop.local.": nil} {
		if got, err := c.Addresses(name); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s has %v, %v; want %v", name, got, err, want)
		}
		question, err := Question(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Exchange(question); (err == nil) != (want != nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBareServerAnswers(t *testing.T) {
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() { _ = answerBare(conn.(*net.UDPConn)) }()
	c, err := Connect(conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	question, err := Question("api.shop.local.")
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := c.Exchange(question); err != nil {
			t.Fatal(err)
		}
	}
}
