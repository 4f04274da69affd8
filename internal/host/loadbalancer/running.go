package loadbalancer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer/node"
)

// running is what the controller has of a load balancer on the engine.
type running struct {
	client  *control.Client
	reached Reached
	// composer is for looks at the load balancer, of which there is one at a time.
	composer composer
	// hidden says that clients are hidden from a target that is to see them: it may not run yet.
	hidden bool
	// uncounted says that it was said that it does not count.
	uncounted bool
	// silent is the client, if any, with a question that should have been answered; see ask. saidSilent says that the log tells.
	silent     *control.Client
	saidSilent bool
}

// clients are the clients of load balancers that run, by their ARNs.
func (c *Controller) clients() map[string]*control.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := map[string]*control.Client{}
	for arn, r := range c.running {
		if r.client != nil {
			all[arn] = r.client
		}
	}
	return all
}

// unavailable is what the next look at the engine mends.
func unavailable(err error) bool { return errors.Is(err, backend.ErrUnavailable) }

// look has a load balancer be what its rows say. It is on the engine with its first listener, and
// stays there, at its address, until it is deleted.
func (c *Controller) look(ctx context.Context, arn string) (time.Time, error) {
	v, ok := c.read(c.Store.Read(), arn)
	if !ok || len(v.Listeners)+len(v.LoadBalancer.Addresses) == 0 {
		if err := c.remove(ctx, arn); !ok || err != nil {
			return time.Time{}, err
		}
		return c.observe(arn, node.Place{}, nil)
	}
	at, err := c.bringUp(ctx, v)
	if err != nil && c.loop.FailsFor(arn) > patience {
		err = errors.Join(err, c.withdraw(v, nothing), c.acknowledge(v))
	}
	if ctx.Err() != nil || unavailable(err) {
		return time.Time{}, err
	}
	next, unwritten := c.observe(arn, at, err)
	return next, errors.Join(err, unwritten)
}

func (c *Controller) remove(ctx context.Context, arn string) error {
	c.mu.Lock()
	r := c.running[arn]
	delete(c.running, arn)
	c.mu.Unlock()
	if r != nil && r.client != nil {
		c.countLast(ctx, arn, r.client)
		r.client.Close()
	}
	return c.Nodes.Remove(ctx, arn)
}

// pushTimeout bounds how long a load balancer may take to do what it is told.
const pushTimeout = 30 * time.Second

// greetTimeout is until when it has to have answered for the first time.
const greetTimeout = 5 * time.Second

// bringUp runs a load balancer, and has it do what its rows say.
func (c *Controller) bringUp(ctx context.Context, v View) (at node.Place, err error) {
	b := v.LoadBalancer
	at, err = c.Nodes.Run(ctx, b)
	if err != nil {
		return node.Place{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, pushTimeout)
	defer cancel()
	client, err := c.client(ctx, b.ARN)
	if err != nil {
		return at, err
	}
	if err := c.sync(ctx, b.ARN, client); err != nil { // what it is told takes longer, and the clock waits for this
		return at, err
	}
	all, unkept := c.keepClients(ctx, v)
	if unavailable(unkept) {
		return at, unkept
	}
	c.noteHidden(b.ARN, !all)
	if err = client.Update(ctx, c.composer(b.ARN).Configure(v)); errors.Is(err, context.DeadlineExceeded) {
		client.Close()
	}
	if err == nil {
		err = c.acknowledgeFrom(ctx, v, client)
	}
	err = errors.Join(err, c.withdrawFrom(ctx, v, client))
	c.reach(ctx, v, at, client)
	return at, errors.Join(err, unkept)
}

// acknowledgeFrom writes which weights are in effect once the kernel leads flows by them as well.
func (c *Controller) acknowledgeFrom(ctx context.Context, v View, client *control.Client) error {
	if !elbv2.NewlyApplied(c.Store.Read(), v.LoadBalancer.ARN, v.rules()) {
		return nil
	}
	if err := client.Settle(ctx); err != nil {
		return fmt.Errorf("wait until weights are in effect: %w", err)
	}
	return c.acknowledge(v)
}

// acknowledge writes which weights are in effect, when a load balancer has taken all that its rows
// say; or when it has been given up on, since services wait for it.
func (c *Controller) acknowledge(v View) error {
	arn, rules := v.LoadBalancer.ARN, v.rules()
	if !elbv2.NewlyApplied(c.Store.Read(), arn, rules) {
		return nil
	}
	err := c.Store.Update(func(tx *store.Tx) error {
		c.loop.Causes(tx, arn)
		elbv2.PutApplied(tx, arn, rules)
		return nil
	})
	if err != nil {
		return fmt.Errorf("write which weights are in effect: %w", err)
	}
	return nil
}

// client is the client of a load balancer that runs.
func (c *Controller) client(ctx context.Context, arn string) (*control.Client, error) {
	c.mu.Lock()
	r := c.running[arn]
	if r == nil {
		r = &running{}
		c.running[arn] = r
	}
	known := r.client
	c.mu.Unlock()
	if known != nil {
		select {
		case <-known.Over():
		default:
			return known, nil
		}
	}
	stream, err := c.Nodes.Connect(ctx, arn)
	if err != nil {
		return nil, err
	}
	// It answers at once where it hears: a stream that it does not is that of one which has
	// just gone, though the engine may not say so.
	greeting, cancel := context.WithTimeout(ctx, greetTimeout)
	defer cancel()
	client, err := control.Connect(greeting, stream, func(news []balancer.Health) {
		c.heard(stream, news)
		if c.wakesWithNews(r, news) {
			c.loop.Wake(arn)
		}
	})
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	r.client = client
	c.mu.Unlock()
	go func() {
		<-client.Over()
		c.loop.Wake(arn)
	}()
	return client, nil
}

func (c *Controller) composer(arn string) *composer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return &c.running[arn].composer
}

// noteHidden notes whether clients are hidden from a target that is to see them.
func (c *Controller) noteHidden(arn string, hidden bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.running[arn]; r != nil {
		r.hidden = hidden
	}
}

// wakesWithNews reports whether a target that is found healthy may be one that did not see its
// clients, since it did not run.
func (c *Controller) wakesWithNews(r *running, news []balancer.Health) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return r.hidden && slices.ContainsFunc(news, func(h balancer.Health) bool {
		return h.State == string(elb.TargetHealthStateEnumHealthy)
	})
}

// observe writes what has become of a load balancer; why is what it lacks. It returns when
// that changes by itself.
func (c *Controller) observe(arn string, at node.Place, why error) (time.Time, error) {
	changed := func(tx *store.Tx) (*elbv2.LoadBalancer, time.Time) {
		row := elbv2.FindLoadBalancer(tx, arn)
		if row == nil {
			return nil, time.Time{}
		}
		return observed(row, at, why, c.Clock.Now(), c.Delays)
	}
	row, next := changed(c.Store.Read())
	if row == nil {
		return next, nil
	}
	err := c.Store.Update(func(tx *store.Tx) error {
		c.loop.Causes(tx, arn)
		if row, _ := changed(tx); row != nil {
			elbv2.PutLoadBalancer(tx, row)
		}
		return nil
	})
	if err != nil {
		return next, fmt.Errorf("write the state of the load balancer: %w", err)
	}
	return next, nil
}

// observed is the row of a load balancer as it is now, or nil if it says so already, and when
// that changes by itself. One that lacks something is active all the same, and impaired; while it
// is nowhere its address stays its own, since it is to come back with it (see node's keptAddress).
// Source: ELBv2 API reference, LoadBalancerState.
func observed(row *elbv2.LoadBalancer, at node.Place, why error, now time.Time, delays Delays) (changed *elbv2.LoadBalancer, next time.Time) {
	is := elb.LoadBalancerStateEnumActive
	reason := ""
	addresses, host := map[string]string(nil), at.Host
	switch {
	case at.Address.IsValid():
		addresses = map[string]string{at.Subnet: at.Address.String()}
	case why != nil:
		addresses, host = row.Addresses, row.Host
	}
	switch active := row.CreatedAt.Add(delays.Provision); {
	case now.Before(active):
		is, next = elb.LoadBalancerStateEnumProvisioning, active
	case why != nil:
		is, reason = elb.LoadBalancerStateEnumActiveImpaired, why.Error()
	}
	if row.State == is && row.StateReason == reason && row.Host == host && maps.Equal(row.Addresses, addresses) {
		return nil, next
	}
	after := *row
	after.State, after.StateReason, after.Addresses, after.Host = is, reason, addresses, host
	return &after, next
}
