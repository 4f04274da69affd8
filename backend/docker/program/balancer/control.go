//go:build linux

package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/door"
)

// mostStrangers bounds the connections that have not said the key: all that reaches the task reaches the port.
const mostStrangers = 64

// awaitControl serves control clients that know the key. A port that a container of the task has taken is no reason to
// end: its client then comes over the standard input.
func awaitControl(key string, serve func(net.Conn) error) {
	listener, err := net.Listen("tcp4", ":"+strconv.Itoa(door.BalancerPort))
	if err != nil {
		fmt.Fprintln(os.Stderr, "balancer:", err)
		return
	}
	admit(listener, key, serve)
}

// admit serves those who connect and know the key, the latest alone: the one before has gone, or is to go.
func admit(listener net.Listener, key string, serve func(net.Conn) error) {
	var mu sync.Mutex
	var latest net.Conn
	strangers := make(chan struct{}, mostStrangers)
	for {
		conn, err := listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			time.Sleep(time.Second) // it has too many open files, and no other way to be told of fewer
			continue
		}
		select {
		case strangers <- struct{}{}:
		default:
			_ = conn.Close()
			continue
		}
		go func() {
			err := door.Admit(conn, key)
			<-strangers
			if err != nil {
				return
			}
			mu.Lock()
			if latest != nil {
				_ = latest.Close()
			}
			latest = conn
			mu.Unlock()
			_ = serve(conn) // its client is told by the end
			_ = conn.Close()
		}()
	}
}
