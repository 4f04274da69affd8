package docker

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// SetFilter implements backend.Engine. The rules are nftables of the sandbox's own
// namespace, which the sandbox program replaces as a whole.
func (e *Engine) SetFilter(ctx context.Context, sandboxID string, f *backend.Filter) error {
	known, err := e.sandbox(ctx, sandboxID)
	if err != nil {
		return dockerapi.Classify(err)
	}
	if err := f.Check(known.ip); err != nil {
		return err
	}
	vpc, err := e.filterNetwork(ctx, known.ip)
	if err != nil {
		return dockerapi.Classify(err)
	}
	err = e.command(ctx, sandboxID, filterCommand(known.ip, withRelay(f, vpc.gateway, e.relayAddress(vpc))))
	var refused *refusedError
	switch {
	case errors.As(err, &refused) && strings.HasPrefix(refused.answer, "lacks "):
		return dockerapi.WithMeaning(fmt.Errorf("the kernel of the engine's host %s", refused.answer), backend.ErrNoFilter)
	case err != nil:
		return dockerapi.Classify(err)
	}
	return nil
}

// filterCommand is what the sandbox program reads of a filter; see its file filter.go.
func filterCommand(address netip.Addr, f *backend.Filter) string {
	if f == nil {
		return "filter"
	}
	var b strings.Builder
	b.WriteString("filter " + address.String())
	if f.Strict {
		b.WriteString(" strict")
	} else {
		b.WriteString(" open")
	}
	for _, r := range f.In {
		writeFilterRule(&b, "in", r)
	}
	for _, r := range f.Out {
		writeFilterRule(&b, "out", r)
	}
	return b.String()
}

func writeFilterRule(b *strings.Builder, direction string, r backend.FilterRule) {
	b.WriteString(" " + direction + "/" + strconv.Itoa(r.Protocol) + "/")
	if r.From >= 0 {
		b.WriteString(strconv.Itoa(r.From) + "-")
		if r.To >= 0 {
			b.WriteString(strconv.Itoa(r.To))
		}
	}
	b.WriteByte('/')
	for i, peers := range r.Peers {
		if i > 0 {
			b.WriteByte(',')
		}
		switch peers {
		case backend.Anywhere:
			b.WriteByte('*')
		case backend.AddressRange{First: peers.First, Last: peers.First}:
			b.WriteString(peers.First.String())
		default:
			b.WriteString(peers.First.String() + "-" + peers.Last.String())
		}
	}
}
