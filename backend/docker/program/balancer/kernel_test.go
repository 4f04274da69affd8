//go:build linux

package main

import (
	"errors"
	"net/netip"
	"syscall"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

func TestCommand(t *testing.T) {
	at := netip.MustParseAddrPort
	got := command(balancer.Steering{
		Shares: []balancer.FlowShare{
			{Protocol: "tcp", Port: 80, Last: 65535, To: at("10.0.0.8:8080")},
			{Protocol: "udp", Port: 53, BySource: true, First: 256, Last: 511, KeepClient: true, To: at("10.0.0.9:53")},
		},
		Forget: []balancer.TargetFlows{{Protocol: "udp", Target: at("10.0.0.7:53")}},
	})
	if want := "balance tcp/80/random/0-65535/own=10.0.0.8:8080 udp/53/source/256-511/keep=10.0.0.9:53 forget/udp=10.0.0.7:53"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Nothing listens in the namespace of an application load balancer, whose flows the kernel never leads.
func TestNothingIsLedWhereNoTargetListens(t *testing.T) {
	if err := steer(balancer.Steering{}); err != nil {
		t.Errorf("nothing to lead: %v", err)
	}
	gone := balancer.Steering{Forget: []balancer.TargetFlows{{Protocol: "udp", Target: netip.MustParseAddrPort("10.0.0.8:8080")}}}
	if err := steer(gone); err != nil {
		t.Errorf("a target goes: %v", err)
	}
	lead := balancer.Steering{Shares: []balancer.FlowShare{{Protocol: "tcp", Port: 80, Last: 65535, To: netip.MustParseAddrPort("10.0.0.8:8080")}}}
	if err := steer(lead); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("something to lead: %v", err)
	}
}

func TestParseCounts(t *testing.T) {
	got, err := parseCounts("counts 17 tcp=12/34567/3 udp=0/0/0")
	if err != nil || got.Run != "17" || len(got.Flows) != 1 || got.Flows["tcp"] != (balancer.FlowCounts{New: 12, Bytes: 34567, Active: 3}) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, answer := range []string{"", "not a command", "counts", "counts 17 tcp=1/2"} {
		if got, err := parseCounts(answer); err == nil {
			t.Errorf("%q says %+v", answer, got)
		}
	}
}
