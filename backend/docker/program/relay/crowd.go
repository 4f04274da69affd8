//go:build linux

package main

import (
	"net/netip"
	"sync"
)

// How many may be connected at a time, of one address and of all. One that says nothing costs
// some 30 kB; the container's memory is for all of them (relayMemory in package docker).
const (
	mostOfOne = 256
	mostOfAll = 4096
)

// crowd counts who is connected.
type crowd struct {
	mu  sync.Mutex
	of  map[netip.Addr]int
	all int
}

// enter reports whether there is room for one more of an address, who leaves later.
func (c *crowd) enter(at netip.Addr) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of[at] >= mostOfOne || c.all >= mostOfAll {
		return false
	}
	c.of[at]++
	c.all++
	return true
}

func (c *crowd) leave(at netip.Addr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of[at]--; c.of[at] == 0 {
		delete(c.of, at)
	}
	c.all--
}
