package faults

import "github.com/ecs-emulator/ecs-emulator/internal/base/arn"

// beginInstance notes which container instance chance has chosen.
func (k *Kit) beginInstance(h *held) (err error) {
	if h.on, err = k.BeginInstance(h.Fault); err != nil {
		return err
	}
	h.Instance, h.Cluster = h.on.EC2InstanceID, arn.ClusterName(h.on.ARN)
	return nil
}

func (k *Kit) endInstance(h *held) { k.EndInstance(h.Kind, h.on) }

func (k *Kit) hitInstance(h *held) { k.acted(h, h.on.ARN) }

// hitAtOnce is for faults of which nothing tells what they hit.
func (k *Kit) hitAtOnce(h *held) { k.acted(h, "") }

func (k *Kit) beginExecAgents(h *held) error {
	h.rule = k.ExecAgents.Begin(h.Fault)
	return nil
}

func (k *Kit) endExecAgents(h *held) { k.ExecAgents.End(h.rule) }
