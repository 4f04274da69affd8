package connectload

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/dnsload"
)

// instances is as many as an answer has.
const instances = 8

// Names are a name in DNS with eight instances, registered by hand.
type Names struct {
	Name   string // with a dot at the end
	Server string // the DNS server of the VPC, host:port

	shop    *Shop
	service string
}

func (s *Shop) Name(ctx context.Context) (*Names, error) {
	var made struct {
		Service struct{ Id string }
	}
	err := s.cloudMap("CreateService", map[string]any{
		"Name": "web", "NamespaceId": s.id,
		"DnsConfig": map[string]any{"DnsRecords": []any{map[string]any{"Type": "A", "TTL": 10}}},
	}, &made)
	if err != nil {
		return nil, err
	}
	n := &Names{Name: "web." + namespace + ".", shop: s, service: made.Service.Id}
	for i := range instances {
		if err := n.register(i + 1); err != nil {
			return nil, err
		}
	}
	err = await(ctx, "a DNS server of the VPC answers", func() (bool, error) {
		var shown struct {
			Resolvers []struct {
				Address   string `json:"address"`
				Connected bool   `json:"connected"`
			} `json:"resolvers"`
		}
		err := s.get("/_emulator/discovery", &shown)
		for _, r := range shown.Resolvers {
			if r.Connected && r.Address != "" {
				n.Server = r.Address + ":53"
			}
		}
		return n.Server != "", err
	})
	if err != nil {
		return nil, err
	}
	return n, n.awaitAnswer(ctx, func(all []netip.Addr) bool { return len(all) == instances })
}

// awaitAnswer asks again and again until an answer is as wanted.
func (n *Names) awaitAnswer(ctx context.Context, wanted func([]netip.Addr) bool) error {
	c, err := dnsload.Connect(n.Server)
	if err != nil {
		return err
	}
	defer c.Close()
	return await(ctx, "an answer is as wanted", func() (bool, error) {
		all, err := c.Addresses(n.Name)
		return wanted(all), err
	})
}

func instanceAddress(i int) string { return fmt.Sprintf("10.99.0.%d", i) }

func (n *Names) register(i int) error {
	return n.shop.cloudMap("RegisterInstance", map[string]any{
		"ServiceId": n.service, "InstanceId": fmt.Sprint("i-", i), "Attributes": map[string]string{"AWS_INSTANCE_IPV4": instanceAddress(i)},
	}, nil)
}

// Withdraw deregisters an instance so many times, and tells how long each time it is until its address is no longer
// among the answers, from the call on.
func (n *Names) Withdraw(ctx context.Context, times int) (took []time.Duration, err error) {
	address := netip.MustParseAddr(instanceAddress(1))
	there := func(all []netip.Addr) bool { return slices.Contains(all, address) }
	gone := func(all []netip.Addr) bool { return !there(all) }
	for range times {
		if err := n.awaitAnswer(ctx, there); err != nil {
			return took, err
		}
		began := time.Now()
		err := n.shop.cloudMap("DeregisterInstance", map[string]any{"ServiceId": n.service, "InstanceId": "i-1"}, nil)
		if err := errors.Join(err, n.awaitAnswer(ctx, gone)); err != nil {
			return took, err
		}
		took = append(took, time.Since(began))
		if err := n.register(1); err != nil {
			return took, err
		}
	}
	return took, nil
}
