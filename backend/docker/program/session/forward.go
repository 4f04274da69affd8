//go:build linux

package main

import (
	"context"
	"net"
	"os"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/frame"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/forward"
)

// dialTimeout bounds a connection. A target that answers nothing is out of reach, as a security group
// has it.
const dialTimeout = 30 * time.Second

// forwardTo connects to an address as the container sees it, with its names.
func forwardTo(in *frame.Reader, out *output, address string) {
	out.send(frame.Make(frame.Started, nil))
	near := nearEnd{newQueue(out)}
	go func() {
		handlers{frames: in, input: near.queue}.obey()
		os.Exit(0)
	}()
	dialer := net.Dialer{Timeout: dialTimeout, Resolver: &net.Resolver{PreferGo: true}}
	_ = forward.Forward{
		Dial:   func(ctx context.Context) (net.Conn, error) { return dialer.DialContext(ctx, "tcp", address) },
		Failed: func(err error) { out.send(frame.Make(frame.Stderr, []byte(err.Error()+"\n"))) },
	}.Serve(near)
	out.send(frame.Make(frame.Exit, frame.Number(0)))
}

// nearEnd is the connection to the near end, which has streams.
type nearEnd struct{ *queue }

func (n nearEnd) Read(p []byte) (int, error) {
	taken, err := n.take(len(p))
	if err != nil {
		return 0, err
	}
	n.tell(len(taken))
	return copy(p, taken), nil
}

func (n nearEnd) Write(p []byte) (int, error) { return n.out.Write(p) }

func (n nearEnd) Close() error {
	n.end()
	return nil
}
