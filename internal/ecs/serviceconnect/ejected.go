package serviceconnect

import (
	"maps"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/health"
)

// Known is what is known of a proxy that no row tells.
type Known struct {
	connected bool
	ejected   map[balancer.Key]time.Time
}

// IsConnected reports whether the proxy knows what to do and is told what changes.
func (k Known) IsConnected() bool { return k.connected }

// EjectedAt is since when the proxy sends no requests to an instance of a service of Cloud Map; the zero time: it does.
func (k Known) EjectedAt(discoveryARN, instance string) time.Time {
	for key, at := range k.ejected {
		if key.ID == instance && IsGroupOf(key.Group, discoveryARN) {
			return at
		}
	}
	return time.Time{}
}

// Known returns the proxies that run, by the ARN of their task.
func (c *Controller) Known() map[string]Known {
	all := map[string]Known{}
	for _, p := range c.running() {
		connected := p.connected()
		p.mu.Lock()
		all[p.task] = Known{connected: connected, ejected: maps.Clone(p.ejected)}
		p.mu.Unlock()
	}
	return all
}

// heard notes which targets a proxy ejects and takes back. It checks none, so that nothing else makes one unhealthy.
func (p *proxy) heard(ejected map[balancer.Key]time.Time, news []balancer.Health) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, h := range news {
		if h.State == health.StateUnhealthy {
			ejected[h.About()] = h.At
		} else {
			delete(ejected, h.About())
		}
	}
}
