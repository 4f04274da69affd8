package main

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/requestload"
)

// Values of the flag -client.
const (
	clientHTTP = "http"
	clientRaw  = "raw"
)

// senders makes n clients of a server, each with a connection of its own.
func (b *bench) senders(ctx context.Context, p *process, n int) (list []requestload.Sender, err error) {
	for range n {
		if b.client == clientHTTP {
			list = append(list, rawhttp.NewClient(p.address))
			continue
		}
		c, err := p.connect(ctx)
		if err != nil {
			closeAll(list)
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

func closeAll(list []requestload.Sender) {
	for _, c := range list {
		c.Close()
	}
}
