package dockertest

import (
	"context"
	"net"
	"os"
	"runtime"
	"testing"
	"time"
)

// PublicAddresses is for tests in which an emulator has the public addresses of this host,
// which one process has at a time: other such tests, also those of other packages, wait until
// this one ends. Without the rights for it they Lack.
func PublicAddresses(tb testing.TB) {
	tb.Helper()
	Require(tb)
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		Lack(tb, "routes of this host cannot be changed")
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	ctx, cancel := context.WithTimeout(tb.Context(), buildTime)
	defer cancel()
	for {
		turn, err := net.ListenUnix("unix", &net.UnixAddr{Name: "@ecs-emulator/test-of-public-addresses", Net: "unix"})
		if err == nil {
			tb.Cleanup(func() { _ = turn.Close() })
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			tb.Fatalf("other tests have the public addresses of this host: %v", err)
		}
	}
}
