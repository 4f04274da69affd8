package loadbalancer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/emulator/elbv2"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// running is what the controller has of a load balancer on the engine.
type running struct {
	session *balancer.Session
	reached Reached
}

// Reached is where a load balancer is reached.
type Reached struct {
	ARN, DNSName string
	Address      netip.Addr // in its VPC
	Listeners    []ReachedListener
}

// ReachedListener is a listener that is ready.
type ReachedListener struct {
	ARN, Protocol string
	Port          uint16
	// Local are the addresses of the user's loopback interface that lead there: one, or none
	// when there is no port to be had.
	Local []string
}

// Reached lists the load balancers that run, in order of their ARNs.
func (c *Controller) Reached() (list []Reached) {
	c.init()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.running {
		list = append(list, r.reached)
	}
	slices.SortFunc(list, func(a, b Reached) int { return cmp.Compare(a.ARN, b.ARN) })
	return list
}

func (c *Controller) sessions() (list []*balancer.Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.running {
		if r.session != nil {
			list = append(list, r.session)
		}
	}
	return list
}

// unavailable is what the next look at the engine mends.
func unavailable(err error) bool { return errors.Is(err, backend.ErrUnavailable) }

// look has a load balancer be what its rows say. It is on the engine with its first listener.
func (c *Controller) look(ctx context.Context, arn string) error {
	v, ok := c.read(c.Store.Read(), arn)
	if !ok || len(v.Listeners) == 0 {
		err := c.remove(ctx, arn)
		if ok && err == nil {
			err = c.observe(arn, nil, nil)
		}
		return err
	}
	addresses, err := c.bringUp(ctx, v)
	if ctx.Err() != nil || unavailable(err) {
		return err
	}
	return errors.Join(err, c.observe(arn, addresses, err))
}

func (c *Controller) remove(ctx context.Context, arn string) error {
	c.mu.Lock()
	r := c.running[arn]
	delete(c.running, arn)
	c.mu.Unlock()
	if r != nil && r.session != nil {
		r.session.Close()
	}
	return c.Host.RemoveLoadBalancer(ctx, arn)
}

// pushTimeout bounds how long a load balancer may take to do what it is told.
const pushTimeout = 30 * time.Second

// bringUp runs a load balancer, and has it do what its rows say.
func (c *Controller) bringUp(ctx context.Context, v View) (addresses map[string]string, err error) {
	b := v.LoadBalancer
	address, subnet, err := c.Host.RunLoadBalancer(ctx, b)
	if err != nil {
		return nil, err
	}
	addresses = map[string]string{subnet: address.String()}
	ctx, cancel := context.WithTimeout(ctx, pushTimeout)
	defer cancel()
	session, err := c.session(ctx, b.ARN)
	if err != nil {
		return addresses, err
	}
	if err = session.Update(ctx, Configure(v)); errors.Is(err, context.DeadlineExceeded) {
		session.Close()
	}
	c.reach(ctx, v, address, session)
	return addresses, err
}

// session is that of a load balancer that runs.
func (c *Controller) session(ctx context.Context, arn string) (*balancer.Session, error) {
	c.mu.Lock()
	r := c.running[arn]
	if r == nil {
		r = &running{}
		c.running[arn] = r
	}
	known := r.session
	c.mu.Unlock()
	if known != nil {
		select {
		case <-known.Over():
		default:
			return known, nil
		}
	}
	stream, err := c.Host.ConnectLoadBalancer(ctx, arn)
	if err != nil {
		return nil, err
	}
	session, err := balancer.Connect(ctx, stream, func(news []balancer.Health) { c.heard(stream, news) })
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	r.session = session
	c.mu.Unlock()
	go func() {
		<-session.Over()
		c.watch.Wake(arn)
	}()
	return session, nil
}

// reach opens ports for the listeners that are ready, and says where they are.
func (c *Controller) reach(ctx context.Context, v View, address netip.Addr, session *balancer.Session) {
	has := map[string]bool{}
	for _, h := range session.Has() {
		has[h.Key.ID] = true
	}
	now := Reached{ARN: v.LoadBalancer.ARN, DNSName: v.LoadBalancer.DNSName, Address: address}
	var ready []string
	for _, l := range v.Listeners {
		if !has[l.ARN] {
			continue
		}
		ready = append(ready, l.ARN)
		now.Listeners = append(now.Listeners, ReachedListener{
			ARN: l.ARN, Protocol: string(l.Protocol), Port: uint16(l.Port),
			Local: c.Host.OpenLoadBalancerPort(ctx, l.LoadBalancer, l.ARN, transport(l.Protocol), uint16(l.Port)),
		})
	}
	c.Host.CloseLoadBalancerPorts(now.ARN, ready)
	c.mu.Lock()
	r := c.running[now.ARN]
	before := r.reached
	r.reached = now
	c.mu.Unlock()
	for _, l := range now.Listeners {
		if !slices.ContainsFunc(before.Listeners, func(other ReachedListener) bool {
			return other.ARN == l.ARN && slices.Equal(other.Local, l.Local)
		}) {
			c.Log.Info("listener is ready", "dnsName", now.DNSName, "protocol", l.Protocol, "port", l.Port, "address", address, "local", l.Local)
		}
	}
}

// transport is what a port of the host is to carry.
func transport(p elb.ProtocolEnum) types.TransportProtocol {
	if p == elb.ProtocolEnumUdp {
		return types.TransportProtocolUdp
	}
	return types.TransportProtocolTcp
}

// observe writes what has become of a load balancer; why is what it lacks.
func (c *Controller) observe(arn string, addresses map[string]string, why error) error {
	changed := func(tx *state.Tx) (*elbv2.LoadBalancer, time.Time) {
		row := elbv2.FindLoadBalancer(tx, arn)
		if row == nil {
			return nil, time.Time{}
		}
		return observed(row, addresses, why, c.Clock.Now(), c.Delays)
	}
	row, next := changed(c.Store.Read())
	c.wakeAt(arn, next)
	if row == nil {
		return nil
	}
	err := c.Store.Update(func(tx *state.Tx) error {
		tx.CausedBy(c.watch, arn)
		if row, _ := changed(tx); row != nil {
			elbv2.PutLoadBalancer(tx, row)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write the state of the load balancer: %w", err)
	}
	return nil
}

// observed is the row of a load balancer as it is now, or nil if it says so already, and when
// that changes by itself. One that lacks something is active all the same, and impaired.
// Source: ELBv2 API reference, LoadBalancerState.
func observed(row *elbv2.LoadBalancer, addresses map[string]string, why error, now time.Time, delays Delays) (changed *elbv2.LoadBalancer, next time.Time) {
	is := elb.LoadBalancerStateEnumActive
	reason := ""
	switch active := row.CreatedAt.Add(delays.Provision); {
	case now.Before(active):
		is, next = elb.LoadBalancerStateEnumProvisioning, active
	case why != nil:
		is, reason = elb.LoadBalancerStateEnumActiveImpaired, why.Error()
	}
	if row.State == is && row.StateReason == reason && maps.Equal(row.Addresses, addresses) {
		return nil, next
	}
	after := *row
	after.State, after.StateReason, after.Addresses = is, reason, addresses
	return &after, next
}
