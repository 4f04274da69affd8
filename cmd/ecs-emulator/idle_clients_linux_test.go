package main

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"golang.org/x/sys/unix"
)

// TestIdleClientsLockOutNoOthers has more clients that ask and stay than the emulator may
// have files open.
func TestIdleClientsLockOutNoOthers(t *testing.T) {
	p := startServe(t, "--engine", "sim")
	p.must(unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 64, Max: 64}, nil))
	for range 100 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(*p.client.Options().BaseEndpoint, "http://"))
		p.must(err)
		defer conn.Close()
		fmt.Fprint(conn, "GET /_emulator/clock HTTP/1.1\r\nHost: localhost\r\n\r\n")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // less than they are given
	defer cancel()
	if _, err := p.client.ListClusters(ctx, &ecs.ListClustersInput{}); err != nil {
		t.Error(err)
	}
}
