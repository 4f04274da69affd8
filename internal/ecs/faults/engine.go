package faults

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

// DefaultText is what the engine seems to say when it is given no text.
const DefaultText = "Error response from daemon: fault injected by ecs-emulator"

var calls = map[Kind]fault.Call{Pull: fault.Pull, Start: fault.Start, Crash: fault.Crash}

// engineRule is how the engine puts a fault of containers or images.
func (f Fault) engineRule() fault.Rule {
	r := fault.Rule{
		Call: calls[f.Kind], Image: f.Image, Labels: map[string]string{}, Delay: f.Delay, Error: f.Error,
		Times: f.Times, Probability: f.Rate, Seed: f.Seed,
	}
	for label, pattern := range map[string]string{containerlabel.Family: f.Family, containerlabel.Container: f.Container} {
		if pattern != "" {
			r.Labels[label] = pattern
		}
	}
	if f.Kind == Start {
		sandbox := false
		r.Sandbox = &sandbox
	}
	if f.Kind != Crash && r.Error == "" && r.Delay == 0 {
		r.Error = DefaultText
	}
	return r
}

func (k *Kit) beginRule(h *held) (err error) {
	rule := h.engineRule()
	rule.OnUse = func(image string, labels map[string]string) {
		hit := image
		if task := labels[containerlabel.Task]; task != "" {
			hit = task
		}
		k.acted(h, hit)
	}
	if h.Kind != Pull { // an engine may know the image of a container by its digest
		rule.Image = ""
	}
	if h.Task != "" || h.Cluster != "" || h.Zone != "" || h.Image != rule.Image {
		rule.About = func(labels map[string]string) bool {
			return k.isOn(h, labels[containerlabel.Task]) && (h.Image == rule.Image || k.runs(h.Image, labels))
		}
	}
	h.rule, err = k.Engines[0].AddRule(rule)
	return err
}

// isOn reports whether a fault is about a task: by its id, its cluster and its zone.
func (k *Kit) isOn(h *held, task string) bool {
	t := state.FindTask(k.Store.Read(), task)
	return t != nil && (h.Zone == "" || h.Zone == t.Placement.Zone) &&
		matching(h.Task)(arn.Name(t.ARN), t.ARN) && matching(h.Cluster)(arn.ClusterName(t.ARN), t.Spec.ClusterARN)
}

// runs reports whether the definition of a container names an image as a pattern has it.
func (k *Kit) runs(pattern string, labels map[string]string) bool {
	tx := k.Store.Read()
	t := state.FindTask(tx, labels[containerlabel.Task])
	if t == nil {
		return false
	}
	d := taskdefinition.Find(tx, t.Scope(), t.Spec.Family, t.Spec.Revision)
	return d != nil && slices.ContainsFunc(d.Definition().ContainerDefinitions, func(c types.ContainerDefinition) bool {
		return aws.ToString(c.Name) == labels[containerlabel.Container] && fault.Match(pattern, aws.ToString(c.Image))
	})
}

func (k *Kit) endRule(h *held) { k.Engines[0].RemoveRule(h.rule) }
