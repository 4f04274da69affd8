package dockerapi

import (
	"context"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/endpoint"
)

// hijack makes a request whose connection becomes a stream, and returns when ctx ends:
// the client itself waits for ever for the answer of an engine that hangs.
func hijack(ctx context.Context, request func(context.Context) (client.HijackedResponse, error)) (client.HijackedResponse, error) {
	waiting, keep := endpoint.CloseWith(ctx)
	var stream client.HijackedResponse
	var err error
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		stream, err = request(waiting)
	}()
	select {
	case <-answered:
	case <-ctx.Done():
	}
	if keep() {
		<-answered
		return stream, err
	}
	go func() { // over TLS the connection is out of reach until there is an answer
		if <-answered; err == nil {
			stream.Close()
		}
	}()
	return client.HijackedResponse{}, ctx.Err()
}
