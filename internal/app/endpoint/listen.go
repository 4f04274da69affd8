// Package endpoint opens the port of the emulator, and says who has it if that cannot be.
package endpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

// Listen opens the endpoint at an address.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if portTaken(err) {
		err = fmt.Errorf("%w: %s, or take a free port with --listen 127.0.0.1:0", err, whoHas(ctx, address))
	}
	if err != nil {
		return nil, fmt.Errorf("listen for the endpoint: %w", err)
	}
	return listener, nil
}

// winsockAddressInUse is WSAEADDRINUSE of Windows, which package syscall has no name for.
const winsockAddressInUse = syscall.Errno(10048)

func portTaken(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, winsockAddressInUse)
}

// askTimeout bounds how long a program that has the port may take to say that it is an emulator.
const askTimeout = 5 * time.Second

// whoHas says which program has an address, and what to do about it.
func whoHas(ctx context.Context, address string) string {
	const stranger = "another program has this port, or an emulator that does not answer yet; end it"
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return stranger
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	url := "http://" + net.JoinHostPort(host, port)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+control.Prefix+"health", nil)
	if err != nil {
		return stranger
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // without a proxy
	answer, err := client.Do(request)
	if err != nil {
		return stranger
	}
	defer answer.Body.Close()
	var health control.Health
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&health); err != nil || health.Version == "" || health.Engine.Name == "" {
		return stranger
	}
	return activity.OneLine(fmt.Sprintf("ecs-emulator %s with engine %s answers there; use it at %s", health.Version, health.Engine.Name, url))
}
