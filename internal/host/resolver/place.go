package resolver

import (
	"slices"
	"strings"
)

// place is where a resolver is: on an engine, by its index, for a VPC.
type place struct {
	engine int
	vpc    string
}

// key is the key of its reconciliation. Rows wake with the id of a VPC alone, which is also the key for the only engine.
func (p place) key(engines []Engine) string {
	if host := engines[p.engine].Host; host != "" {
		return host + "/" + p.vpc
	}
	return p.vpc
}

// placeOf is the place of a key, unless that is the id of a VPC which several engines have.
func (c *Controller) placeOf(key string) (at place, ok bool) {
	host, vpc, several := strings.Cut(key, "/")
	if !several {
		host, vpc = "", key
	}
	at = place{slices.IndexFunc(c.Engines, func(e Engine) bool { return e.Host == host }), vpc}
	return at, at.engine >= 0
}

// OnNetwork returns what is told of a VPC whose network on the engine of a host has been made, found or removed.
func (c *Controller) OnNetwork(host string) func(vpc string) {
	return func(vpc string) {
		if i := slices.IndexFunc(c.Engines, func(e Engine) bool { return e.Host == host }); i >= 0 {
			c.Wake(place{i, vpc}.key(c.Engines))
		}
	}
}
