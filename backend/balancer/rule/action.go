package rule

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
)

func newAction(a balancer.Action, find func(id string) *target.Group) (Action, error) {
	switch {
	case a.Forward != nil:
		return Action{Forward: newForward(*a.Forward, find)}, nil
	case a.Redirect != nil:
		if code := a.Redirect.StatusCode; code != http.StatusMovedPermanently && code != http.StatusFound {
			return Action{}, fmt.Errorf("a redirect with status %d", code)
		}
		return Action{Redirect: a.Redirect}, nil
	case a.FixedResponse != nil:
		if code := a.FixedResponse.StatusCode; code < 200 || code > 599 {
			return Action{}, fmt.Errorf("a fixed response with status %d", code)
		}
		return Action{Fixed: a.FixedResponse}, nil
	}
	return Action{}, errors.New("an action without a type")
}

// Forward passes requests to groups by their weight.
type Forward struct {
	Groups []Share
	Total  int
	Sticky time.Duration
}

// Share is a group with its part of the requests.
type Share struct {
	Group  *target.Group
	Weight int
	Cookie string // what AWSALBTG is for a client that stays here
}

func newForward(f balancer.Forward, find func(id string) *target.Group) *Forward {
	read := &Forward{Sticky: time.Duration(f.StickySeconds) * time.Second}
	for _, g := range f.Groups {
		read.Groups = append(read.Groups, Share{find(g.Group), g.Weight, target.StickyValue(g.Group, "")})
		read.Total += g.Weight
	}
	return read
}

// Pick returns the group for a number that is spread evenly, or nil if no group has a
// weight.
func (f *Forward) Pick(spread uint64) *Share {
	if f.Total == 0 {
		return nil
	}
	left := int(spread % uint64(f.Total))
	for i := range f.Groups {
		if left -= f.Groups[i].Weight; left < 0 {
			return &f.Groups[i]
		}
	}
	return nil
}
