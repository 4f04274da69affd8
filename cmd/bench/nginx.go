package main

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/nginx"
)

// startNginx starts nginx as a reverse proxy, and waits until it listens.
func (b *bench) startNginx(target string) (*process, error) {
	cmd, at, err := nginx.Command(b.dir, target)
	if err != nil {
		return nil, err
	}
	p, err := startProcess(cmd)
	if err != nil {
		return nil, err
	}
	for end := time.Now().Add(settleTime); ; {
		conn, err := net.Dial("tcp", at)
		if err == nil {
			return p, conn.Close()
		}
		if time.Now().After(end) {
			return nil, errors.Join(fmt.Errorf("nginx does not listen: %w", err), p.stop())
		}
	}
}
