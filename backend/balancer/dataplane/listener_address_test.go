package dataplane_test

import (
	"net"
	"net/http"
	"net/netip"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
)

// Two listeners have the same port at addresses of their own, and one of them moves to another.
func TestListenersOfOnePortAtTheirAddresses(t *testing.T) {
	p := &ports{open: map[string]net.Listener{}}
	b := dataplane.New(dataplane.Options{Listen: p.listen})
	defer func() { _ = b.Close() }()
	version := int64(0)
	listen := func(id, address string) {
		t.Helper()
		version++
		says := balancer.Rule{ID: "default", Action: balancer.Action{FixedResponse: &balancer.FixedResponse{StatusCode: http.StatusOK, MessageBody: id}}}
		err := b.Set(balancer.Piece{Version: version, Listener: &balancer.Listener{
			ID: id, Addr: netip.MustParseAddr(address), Port: 80, Protocol: "HTTP", Rules: []balancer.Rule{says},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	expect := func(want map[string]string) {
		t.Helper()
		for address, body := range want {
			if got := p.body(t, address); got != body {
				t.Errorf("%s: %q, want %q", address, got, body)
			}
		}
	}
	listen("a", "127.255.0.1")
	listen("b", "127.255.0.2")
	expect(map[string]string{"127.255.0.1:80": "a", "127.255.0.2:80": "b"})
	listen("a", "127.255.0.3")
	expect(map[string]string{"127.255.0.1:80": "closed", "127.255.0.2:80": "b", "127.255.0.3:80": "a"})
}
