package emulator_test

import (
	"math/rand/v2"
	"net"
	"strconv"
	"sync/atomic"
	"testing"
)

// Ports that tests may have: a system gives none of them to a process that wants any, and neither do
// scripts nor tests of other packages name them.
const (
	firstFreePort = 16000
	freePorts     = 2000
)

var lastFreePort atomic.Uint32

func init() { lastFreePort.Store(rand.Uint32N(freePorts)) }

// freePort is a port of the loopback address that is free. As each is given out in its turn,
// tests that run at the same time do not get the same one before they listen there.
func freePort(t *testing.T) string {
	t.Helper()
	for range freePorts {
		port := strconv.Itoa(firstFreePort + int(lastFreePort.Add(1)%freePorts))
		address := net.JoinHostPort("127.0.0.1", port)
		stream, err := net.Listen("tcp4", address)
		if err != nil {
			continue
		}
		datagrams, err := net.ListenPacket("udp4", address)
		stream.Close()
		if err != nil {
			continue
		}
		datagrams.Close()
		return port
	}
	t.Fatal("no port is free")
	return ""
}

func TestFreePortsAreGivenOutOnce(t *testing.T) {
	given := map[string]bool{}
	for range freePorts / 2 {
		port := freePort(t)
		if given[port] {
			t.Fatalf("port %s is given out twice", port)
		}
		given[port] = true
	}
}
