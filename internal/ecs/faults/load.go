package faults

import "github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceload"

// load is what a fault of that kind has a service's tasks share.
func (f Fault) load() serviceload.Load {
	given := func(n float64) *float64 {
		if n == 0 {
			return nil
		}
		return &n
	}
	l := serviceload.Load{Cluster: f.Cluster, Service: f.Service, CPU: given(f.CPU), Memory: given(f.Memory), Requests: given(f.Requests)}
	if f.For > 0 {
		l.For = f.For.String()
	}
	return l
}

func (k *Kit) beginLoad(h *held) (err error) {
	h.load, err = k.Loads.Set(h.Fault.load())
	return err
}

func (k *Kit) endLoad(h *held) { k.Loads.End(h.load) }
