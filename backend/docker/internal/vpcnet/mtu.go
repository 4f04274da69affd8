package vpcnet

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/silence"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet/swarm"
)

// mtuPatience is how long an engine may take to look at its host.
const mtuPatience = 10 * time.Second

// mtuOptions are what the engine is told of the size of packets on an overlay: the least of all hosts decides. Engines do not
// tell it, so a container in the network of each host looks; where that does not work on one of them, its size counts as the usual one.
func (w *Swarm) mtuOptions(ctx context.Context) map[string]string {
	engines, _ := w.all()
	sizes := make([]int, len(engines))
	failures := silence.AskEach(ctx, engines, mtuPatience, func(ctx context.Context, _ int, s *Networks) error {
		_, err := s.hostMTU(ctx)
		return err
	})
	for i, s := range engines {
		var known bool
		if sizes[i], known = s.mtu.Peek(); !known {
			w.log.Debug("the size of packets between the hosts of engines is not known", "of", s.Name, "error", failures[i])
		}
	}
	return swarm.PacketOptions(sizes)
}

// hostMTU asks once.
func (s *Networks) hostMTU(ctx context.Context) (int, error) {
	node, err := s.Node(ctx)
	if err != nil {
		return 0, err
	}
	return s.mtu.Get(ctx, func(ctx context.Context) (int, error) { return s.MTU(ctx, node.Address) })
}
