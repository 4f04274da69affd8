package emulator_test

import (
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// freePort is a port of the loopback address that nobody has. It is none of those that a
// system gives to whoever wants any, so it stays free.
func freePort(t *testing.T) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(15000 + rand.IntN(15000))
		l, err := net.Listen("tcp4", "127.0.0.1:"+port)
		if err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}
