package dataplane

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
)

// newAction reads an action.
func newAction(a balancer.Action, find func(id string) *target.Group) (action, error) {
	switch {
	case a.Forward != nil:
		return action{forward: newForward(*a.Forward, find)}, nil
	case a.Redirect != nil:
		if code := a.Redirect.StatusCode; code != http.StatusMovedPermanently && code != http.StatusFound {
			return action{}, fmt.Errorf("a redirect with status %d", code)
		}
		return action{redirect: a.Redirect}, nil
	case a.FixedResponse != nil:
		if code := a.FixedResponse.StatusCode; code < 200 || code > 599 {
			return action{}, fmt.Errorf("a fixed response with status %d", code)
		}
		return action{fixed: a.FixedResponse}, nil
	}
	return action{}, errors.New("an action without a type")
}

// forward passes requests to groups by their weight.
type forward struct {
	groups []share
	total  int
	sticky time.Duration
}

type share struct {
	group  *target.Group
	weight int
	cookie string // what AWSALBTG is for a client that stays here
}

func newForward(f balancer.Forward, find func(id string) *target.Group) *forward {
	read := &forward{sticky: time.Duration(f.StickySeconds) * time.Second}
	for _, g := range f.Groups {
		read.groups = append(read.groups, share{find(g.Group), g.Weight, target.StickyValue(g.Group, "")})
		read.total += g.Weight
	}
	return read
}

// pick returns the group for a number that is spread evenly, or nil if no group has a
// weight.
func (f *forward) pick(spread uint64) *share {
	if f.total == 0 {
		return nil
	}
	left := int(spread % uint64(f.total))
	for i := range f.groups {
		if left -= f.groups[i].weight; left < 0 {
			return &f.groups[i]
		}
	}
	return nil
}
