package docker_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/testall"
)

// documentation are ranges of public addresses. Source: RFC 5737.
var documentation = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("203.0.113.0/24")}

// publicly opens an engine that has the public addresses, and returns one.
func publicly(t *testing.T) (*docker.Engine, netip.Addr) {
	t.Helper()
	testall.Only(t, "the other tests on Docker")
	dockertest.PublicAddresses(t)
	engine := dockertest.Engine(t)
	free, err := engine.ClaimPublicAddresses(t.Context(), documentation)
	if err != nil {
		dockertest.Lack(t, "no public addresses: %v", err)
	}
	return engine, free[0].Addr().Next().Next().Next()
}

// routed reports whether this host has a route to an address alone.
func routed(t *testing.T, address netip.Addr) bool {
	t.Helper()
	table, err := os.ReadFile("/proc/net/route")
	if err != nil {
		t.Fatal(err)
	}
	b := address.As4()
	const digits = "0123456789ABCDEF"
	var reversed strings.Builder
	for i := range b {
		reversed.WriteByte(digits[b[3-i]>>4])
		reversed.WriteByte(digits[b[3-i]&15])
	}
	return strings.Contains(string(table), "\t"+reversed.String()+"\t")
}

// asked is what a server at an address answers this host, or why it does not.
func asked(address netip.Addr) string {
	client := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get("http://" + netip.AddrPortFrom(address, 80).String() + "/")
	if err != nil {
		return err.Error()
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	return string(body) + errorText(err)
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}

// reaches runs a client in a sandbox, and reports whether it is answered.
func (t *task) reaches(address netip.Addr) bool {
	t.Helper()
	id := t.run(backend.ContainerSpec{}, "check", "http://"+address.String()+"/")
	code := t.exited(id).ExitCode
	return code == 0
}

func TestAPublicAddressLeadsToItsSandbox(t *testing.T) {
	t.Parallel()
	engine, address := publicly(t)
	server, friend, stranger := newTask(t, engine, backend.SandboxSpec{}), newTask(t, engine, backend.SandboxSpec{}), newTask(t, engine, backend.SandboxSpec{})
	server.says(server.run(backend.ContainerSpec{}, "serve", "80", "hello"), "listening")
	for range 2 { // twice is harmless
		if err := engine.SetPublicAddress(t.Context(), server.sandbox, address); err != nil {
			t.Fatal(err)
		}
	}
	if got := asked(address); got != "hello" {
		t.Errorf("this host is answered %q", got)
	}
	for name, from := range map[string]*task{"itself": server, "another one": friend} {
		if !from.reaches(address) {
			t.Errorf("%s does not reach it", name)
		}
	}
	if err := engine.SetPublicAddress(t.Context(), friend.sandbox, address); !errors.Is(err, backend.ErrAddressInUse) {
		t.Errorf("a second sandbox gets the address: %v", err)
	}
	if err := engine.SetPublicAddress(t.Context(), friend.sandbox, netip.MustParseAddr("198.51.100.1")); !errors.Is(err, backend.ErrAddressInUse) {
		t.Errorf("a sandbox gets an address that nobody claimed: %v", err)
	}

	// Its filter holds there as well, and lets this host in unless it is strict.
	f := &backend.Filter{In: []backend.FilterRule{{
		Protocol: backend.TCP, From: 80, To: 80, Peers: []backend.AddressRange{{First: friend.ip, Last: friend.ip}},
	}}}
	if err := engine.SetFilter(t.Context(), server.sandbox, f); err != nil {
		t.Fatal(err)
	}
	if got := asked(address); got != "hello" || !friend.reaches(address) || stranger.reaches(address) {
		t.Errorf("with a filter this host is answered %q, the friend or the stranger is treated as the other", got)
	}
	strict := *f
	strict.Strict = true
	if err := engine.SetFilter(t.Context(), server.sandbox, &strict); err != nil {
		t.Fatal(err)
	}
	if got := asked(address); got == "hello" {
		t.Error("a strict filter lets this host in")
	}

	if err := engine.Remove(t.Context(), server.sandbox); err != nil {
		t.Fatal(err)
	}
	if routed(t, address) {
		t.Error("the route outlives the sandbox")
	}
	if err := engine.SetPublicAddress(t.Context(), friend.sandbox, address); err != nil {
		t.Errorf("the next sandbox does not get the address: %v", err)
	}
}

func TestOneProcessHasThePublicAddresses(t *testing.T) {
	t.Parallel()
	first, address := publicly(t)
	second := dockertest.Engine(t)
	if _, err := second.ClaimPublicAddresses(t.Context(), documentation); err == nil || !strings.Contains(err.Error(), "another emulator") {
		t.Errorf("a second one gets them: %v", err)
	}
	server := newTask(t, first, backend.SandboxSpec{})
	if err := first.SetPublicAddress(t.Context(), server.sandbox, address); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !routed(t, address) {
		t.Error("another one's sweep removes the route")
	}
	if err := first.RemoveAll(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	if routed(t, address) {
		t.Error("the route outlives everything")
	}
}

func TestNoPublicAddressesForOneInAContainer(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.PublicAddresses(t)
	engine := dockertest.Engine(t)
	box := newTask(t, dockertest.Engine(t), backend.SandboxSpec{})
	if err := engine.RunInContainer(t.Context(), dockertest.Client(t), box.sandbox); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.ClaimPublicAddresses(t.Context(), documentation); err == nil || !strings.Contains(err.Error(), "runs in a container") {
		t.Errorf("got %v", err)
	}
}
