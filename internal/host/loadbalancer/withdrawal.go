package loadbalancer

import (
	"context"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// A target that is deregistered is withdrawn when its load balancer has said that it sends it
// nothing new. Tasks wait for that before they are told to stop, so that a deregistration delay
// of nothing loses no request.

// patience is how long in real time a load balancer that cannot be told anything keeps tasks from
// their end, and services from shifting traffic.
const patience = 30 * time.Second

// withdrawFrom notes which targets a load balancer sends nothing new, by the pieces that a client has pushed.
func (c *Controller) withdrawFrom(ctx context.Context, v View, client *control.Client) error {
	if len(withdrawn(c.Store.Read(), v, client.Applied)) == 0 {
		return nil
	}
	if err := client.Settle(ctx); err != nil {
		return fmt.Errorf("wait until targets get nothing new: %w", err)
	}
	return c.withdraw(v, client.Applied)
}

// applied finds a piece that a load balancer has.
type applied func(balancer.Key) (piece control.AppliedPiece, has bool)

func nothing(balancer.Key) (piece control.AppliedPiece, has bool) { return piece, false }

// withdraw notes which targets a load balancer sends nothing new, by the pieces that it has.
func (c *Controller) withdraw(v View, by applied) error {
	if len(withdrawn(c.Store.Read(), v, by)) == 0 {
		return nil
	}
	draining := map[string]bool{}
	err := c.Store.Update(func(tx *store.Tx) error {
		clear(draining)
		for _, t := range withdrawn(tx, v, by) {
			elbv2.Withdraw(tx, t, c.Clock.Now())
			draining[t.GroupARN] = true
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write which targets get nothing new: %w", err)
	}
	for group := range draining { // nothing else wakes it when its delay is over
		c.loop.Wake(group)
	}
	return nil
}

// withdrawn are the targets of a view that drain and of which that is not written yet, although
// the load balancer has no other piece of them.
func withdrawn(tx *store.Tx, v View, by applied) (list []*elbv2.Target) {
	for _, g := range v.Groups {
		for _, seen := range g.Targets {
			if !seen.Draining() {
				continue
			}
			t := elbv2.FindTarget(tx, seen.GroupARN, seen.ID, seen.Port)
			if t == nil || !t.DeregisteredAt.Equal(seen.DeregisteredAt) {
				continue
			}
			if _, is := elbv2.Withdrawn(tx, t); is {
				continue
			}
			piece := balancer.Piece{Target: target(seen)}
			if h, there := by(balancer.Key{Kind: balancer.KindTarget, Group: g.ARN, ID: piece.Target.ID}); !there || h.Says(piece) {
				list = append(list, t)
			}
		}
	}
	return list
}
