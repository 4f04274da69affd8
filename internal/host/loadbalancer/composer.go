package loadbalancer

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
)

// composer composes the pieces of a load balancer. What follows from the same as the last time is the very piece of then, which costs
// nothing to compare: of many rows, a change is of few. The zero value is ready.
type composer struct{ last, now map[any]composed }

// renew forgets what was not composed since it was last called.
func (m *composer) renew() { m.last, m.now = m.now, make(map[any]composed, len(m.now)) }

// composed is a piece with the rules that it follows from, beside what it is found by: rows, which never change in place.
type composed struct {
	rules []*elbv2.Rule
	piece balancer.Piece
}

func (m *composer) once(of any, rules []*elbv2.Rule, compose func() balancer.Piece) balancer.Piece {
	c, has := m.last[of]
	if !has || !slices.Equal(c.rules, rules) {
		c = composed{rules, compose()}
	}
	m.now[of] = c
	return c.piece
}
