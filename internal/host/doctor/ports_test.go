package doctor_test

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
)

func TestPorts(t *testing.T) {
	moved := []doctor.Moved{{Container: "web", Task: "3f2a91c0", Port: 8080, Address: "127.0.0.1:40001", By: doctor.Holder{Container: "db"}}}
	expect(t, []look{
		{"free", doctor.JudgePorts(doctor.Ports{Listen: "127.0.0.1:4577"}), diagnosis.OK, "127.0.0.1:4577 is free", ""},
		{"the emulator's", doctor.JudgePorts(doctor.Ports{Listen: "127.0.0.1:4577", Emulator: "ecs-emulator v1", Taken: true}), diagnosis.OK, "ecs-emulator v1 answers", ""},
		{"taken", doctor.JudgePorts(doctor.Ports{Listen: "127.0.0.1:4577", Taken: true, By: doctor.Holder{Program: "nginx", PID: 812}}), diagnosis.Broken, "nginx (process 812) has it", "--listen"},
		{"of another user", doctor.JudgePorts(doctor.Ports{Listen: "127.0.0.1:80", Taken: true, By: doctor.Holder{User: "www-data"}}), diagnosis.Broken, "a process of the user www-data", ""},
		{"unseen", doctor.JudgePorts(doctor.Ports{Listen: "127.0.0.1:80", Taken: true}), diagnosis.Broken, "another program has it", ""},
		{"wrong", doctor.JudgePorts(doctor.Ports{Listen: "10.9.9.9:80", Err: errors.New("cannot assign requested address")}), diagnosis.Broken, "cannot assign requested address", "correct"},
		{"none", doctor.JudgePorts(doctor.Ports{}), diagnosis.OK, "no port", ""},
		{"moved", doctor.JudgePorts(doctor.Ports{Listen: "127.0.0.1:4577", Moved: moved}), diagnosis.Degraded, "port 8080 of container web of task 3f2a91c0 is at 127.0.0.1:40001, because the container db has port 8080", "127.0.0.1:40001"},
	})
}

func TestPortsOfTasksThatAreNotTakenByOthersAreLeftOut(t *testing.T) {
	p := doctor.Ports{Moved: []doctor.Moved{{Port: 1}, {Port: 2, By: doctor.Holder{PID: 7}}, {Port: 3, By: doctor.Holder{PID: 8}}}}
	p.LeaveOut(7)
	if len(p.Moved) != 1 || p.Moved[0].Port != 3 {
		t.Errorf("left are %+v", p.Moved)
	}
}

func TestThePortOfAContainer(t *testing.T) {
	process := doctor.Holder{Program: "docker-proxy", PID: 9}
	e := healthy(func(e *diagnosis.Engine) {
		e.Ports = []diagnosis.Port{
			{Container: "dns", Port: 53, Protocol: "udp"}, {Container: "web", Port: 80, Protocol: "tcp"},
			{Container: "inside", Address: netip.MustParseAddr("10.0.0.5"), Port: 81, Protocol: "tcp"},
		}
	})
	for at, want := range map[string]doctor.Holder{
		"127.0.0.1:80": {Container: "web"}, "127.0.0.1:53": process, "10.0.0.5:81": {Container: "inside"}, "127.0.0.1:81": process, "[::]:81": {Container: "inside"},
	} {
		if got := doctor.HolderOf(e, netip.MustParseAddrPort(at), process); got != want {
			t.Errorf("%s has %v, want %v", at, got, want)
		}
	}
	e.Local = false
	if got := doctor.HolderOf(e, netip.MustParseAddrPort("127.0.0.1:80"), process); got != process {
		t.Errorf("port 80 of this machine has %v of another one", got)
	}
}

func TestAddressesThatOverlap(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"127.0.0.1", "127.0.0.1", true}, {"127.0.0.1", "10.0.0.5", false}, {"0.0.0.0", "10.0.0.5", true}, {"0.0.0.0", "::1", false},
		{"::", "10.0.0.5", true}, {"::", "0.0.0.0", true}, {"::", "::1", true}, {"::ffff:10.0.0.5", "10.0.0.5", true}, {"", "10.0.0.5", true},
	} {
		a, _ := netip.ParseAddr(c.a)
		if b := netip.MustParseAddr(c.b); doctor.Overlap(a, b) != c.want || doctor.Overlap(b, a) != c.want {
			t.Errorf("%s and %s: not %t", c.a, c.b, c.want)
		}
	}
}
