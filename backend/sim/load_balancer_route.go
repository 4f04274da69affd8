package sim

import (
	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/route"
)

// notedPlane is the data plane of a run, whose pieces are noted for programs that ask whether it answers.
type notedPlane struct {
	*dataplane.Balancer
	engine *Engine
	of     *container
}

func (p *notedPlane) Set(piece balancer.Piece) error {
	key, err := piece.Key()
	if err == nil {
		err = p.Balancer.Set(piece)
	}
	if err == nil {
		p.note(func(pieces route.Table) { pieces[key] = piece })
	}
	return err
}

func (p *notedPlane) Remove(key balancer.Key) {
	p.Balancer.Remove(key)
	p.note(func(pieces route.Table) { delete(pieces, key) })
}

func (p *notedPlane) note(change func(route.Table)) {
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	if p.of.plane.balancer == p.Balancer { // else its run is over
		change(p.of.plane.pieces)
	}
}
