package vpc

import (
	"context"
	"errors"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// How soon a removal is tried again that has failed: twice as late each time.
const (
	firstRemovalPause = time.Second
	lastRemovalPause  = time.Minute
)

// Remove removes the network of a VPC that has been deleted. Nothing runs in there any more,
// but a container instance may be on its way out: a removal that fails is tried again.
func (n *Networks) Remove(vpc string) { n.remove(vpc, firstRemovalPause) }

func (n *Networks) remove(vpc string, pause time.Duration) {
	if n.Engine.Health() != nil {
		return // RemoveDeleted does it when the engine is back
	}
	n.Engine.Call(enginecall.Finish, func(ctx context.Context) {
		n.mu.Lock()
		delete(n.known, vpc)
		n.mu.Unlock()
		n.told(vpc)
		err := n.Engine.RemoveNetwork(ctx, vpc)
		if err == nil || !errors.Is(err, backend.ErrNoManager) && n.Engine.Lost(err) {
			return
		}
		n.Log.Debug("cannot remove the network of a deleted VPC; retrying", "vpc", vpc, "error", err)
		n.Clock.AfterFunc(pause, func() { n.remove(vpc, min(2*pause, lastRemovalPause)) })
	})
}

// RemoveDeleted removes, of the networks that are on the engine, those whose VPCs were deleted
// while they could not be removed.
func (n *Networks) RemoveDeleted(there []backend.Network) {
	tx := n.Store.Read()
	for _, network := range there {
		if ec2network.OwnVPC(network.Name) && !ec2network.HasVPC(tx, network.Name) {
			n.Remove(network.Name)
		}
	}
}
