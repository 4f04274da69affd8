package serviceconnect

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// ackTimeout is how long a change waits for a proxy that does not answer, such as one whose container is paused.
const ackTimeout = 5 * time.Second

// lookAtService tells the proxies that know a service of Cloud Map of its instances and weights, and writes that they
// act by them.
func (c *Controller) lookAtService(ctx context.Context, discoveryARN string) (time.Time, error) {
	tx := c.Store.Read()
	s := servicediscovery.FindService(tx, discoveryARN)
	if s == nil {
		c.forgetEndpoint(discoveryARN)
	}
	if s == nil || s.ECSService == "" {
		return time.Time{}, nil
	}
	if err := c.haveAll(ctx, tx, s, func(ctx context.Context, p *proxy) { c.tell(ctx, p, discoveryARN) }); err != nil {
		return time.Time{}, err
	}
	err := c.Store.Update(func(tx *store.Tx) error {
		c.services.Causes(tx, discoveryARN)
		servicediscovery.Acknowledge(tx, discoveryARN, servicediscovery.Proxies, s.Revision)
		return nil
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("write which endpoints proxies know: %w", err)
	}
	return time.Time{}, nil
}

// drain waits until the requests have been answered that were under way to what a service of Cloud Map has lost, and
// writes that: then its tasks get SIGTERM. No source says how long AWS waits for requests; as long as for proxies that do not
// answer is the emulator's choice.
func (c *Controller) drain(ctx context.Context, discoveryARN string) (time.Time, error) {
	tx := c.Store.Read()
	s, until := servicediscovery.FindService(tx, discoveryARN), servicediscovery.HeardUntil(tx, discoveryARN, servicediscovery.Proxies)
	if s == nil || servicediscovery.Heard(tx, discoveryARN, servicediscovery.DrainedProxies, until) {
		return time.Time{}, nil
	}
	// A proxy that has gone has no requests.
	if err := c.haveAll(ctx, tx, s, func(ctx context.Context, p *proxy) { _ = p.drain(ctx) }); err != nil {
		return time.Time{}, err
	}
	err := c.Store.Update(func(tx *store.Tx) error {
		c.drains.Causes(tx, discoveryARN)
		servicediscovery.Acknowledge(tx, discoveryARN, servicediscovery.DrainedProxies, until)
		return nil
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("write which endpoints have drained: %w", err)
	}
	return time.Time{}, nil
}

// haveAll has all proxies that know a service do something at once, and waits so long for them. The error is that
// ctx is done.
func (c *Controller) haveAll(ctx context.Context, tx *store.Tx, s *servicediscovery.Service, do func(context.Context, *proxy)) error {
	limited, cancel := context.WithTimeout(ctx, ackTimeout)
	defer cancel()
	var doing sync.WaitGroup
	for _, p := range c.thatKnow(tx, s) {
		doing.Go(func() { do(limited, p) })
	}
	doing.Wait()
	return ctx.Err()
}

// thatKnow are the proxies that know a service and run, as far as it is known: one that starts reads later rows.
func (c *Controller) thatKnow(tx *store.Tx, s *servicediscovery.Service) (list []*proxy) {
	for _, t := range state.ConnectTasks(tx, s.NamespaceARN) {
		if !t.Spec.Connect.Knows(s.ARN) {
			continue
		}
		c.mu.Lock()
		p := c.proxies[t.ARN]
		c.mu.Unlock()
		if row := t.Status.Container(t.ProxyName()); p == nil && row != nil && row.Phase == state.ContainerRunning {
			p = c.proxyOf(t) // it is about to be connected to, as after a restart
		}
		if p != nil {
			list = append(list, p)
		}
	}
	return list
}

// tell has a proxy act by the rows of a service. One that does not answer in time is told in the background, and not
// waited for until it has answered.
func (c *Controller) tell(ctx context.Context, p *proxy, discoveryARN string) {
	read := func() *endpoint { return c.endpoint(c.Store.Read(), discoveryARN) }
	p.mu.Lock()
	silent := p.silent
	p.mu.Unlock()
	done := make(chan error, 1)
	go func() {
		patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), pushTimeout)
		defer cancel()
		err := p.push(patient, read)
		if err == nil {
			p.mu.Lock()
			p.silent = false
			p.mu.Unlock()
		}
		done <- err
	}()
	if silent {
		return
	}
	select {
	case err := <-done:
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			c.Log.Warn("a Service Connect proxy does not take what it is told", "task", p.task, "endpoint", discoveryARN, "error", err)
		}
	case <-ctx.Done():
		p.mu.Lock()
		defer p.mu.Unlock()
		if errors.Is(ctx.Err(), context.DeadlineExceeded) && !p.silent {
			p.silent = true
			c.Log.Debug("changes of endpoints do not wait for a Service Connect proxy until it answers", "task", p.task, "endpoint", discoveryARN)
		}
	}
}
