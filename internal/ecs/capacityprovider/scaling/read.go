package scaling

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// read gathers what a decision needs of a capacity provider. members are those of v.Instances.
func read(
	tx *store.Tx, p *capacityprovider.Provider, g *autoscaling.Group, row *capacityprovider.ManagedScaling, now time.Time,
) (v View, members []*autoscaling.Member) {
	v = View{Settings: p.ManagedScaling, Group: g, Types: sizes(tx, g), Row: *row, Now: now}
	for _, policy := range autoscaling.Policies(tx, g.Scope, g.Name) {
		if policy.CapacityProvider == p.Name {
			v.Policy = policy
		}
	}
	for _, m := range autoscaling.Members.List(tx, g) {
		c := state.ContainerInstanceOf(tx, g.Scope, m.InstanceID)
		if c == nil || c.ClusterARN() != row.Cluster || leaves(m) {
			continue
		}
		v.Instances = append(v.Instances, Instance{Work: capacityprovider.HasWork(tx, c.ARN), Draining: c.Status == state.InstanceDraining})
		members = append(members, m)
	}
	for _, t := range state.WaitingTasks(tx, row.Cluster, p.Name) {
		if t.Stop == nil && t.Spec.Reserved != nil {
			v.Waiting = append(v.Waiting, t.Spec.Reserved)
		}
	}
	return v, members
}

// leaves reports whether an instance is on its way out of its group.
func leaves(m *autoscaling.Member) bool {
	return strings.HasPrefix(string(m.State), string(astypes.LifecycleStateTerminating))
}

// sizes are the sizes of the instance types that a group launches; none if its source is gone.
func sizes(tx *store.Tx, g *autoscaling.Group) (sizes []Size) {
	for _, name := range typesOf(tx, g) {
		if t := ec2.FindInstanceType(tx, name); t != nil {
			sizes = append(sizes, Size{CPU: t.CPU(), Memory: t.Registered, GPUs: t.GPUs, ENIs: t.ENIs - 1})
		}
	}
	return sizes
}

func typesOf(tx *store.Tx, g *autoscaling.Group) (names []string) {
	if name := g.Source.LaunchConfiguration; name != "" {
		if c := autoscaling.LaunchConfigurations.Find(tx, g.Scope, name); c != nil {
			return []string{aws.ToString(c.Settings.InstanceType)}
		}
		return nil
	}
	if m := g.Source.Mixed; m != nil {
		for _, override := range m.LaunchTemplate.Overrides {
			if override.InstanceType != nil {
				names = append(names, *override.InstanceType)
			}
		}
	}
	if len(names) > 0 {
		return names
	}
	named := g.Source.Template()
	if named == nil {
		return nil
	}
	if template := ec2.FindLaunchTemplate(tx, g.Scope, aws.ToString(named.LaunchTemplateId)); template != nil {
		if version := ec2.Version(tx, template, aws.ToString(named.Version)); version != nil {
			return []string{string(version.Data.InstanceType)}
		}
	}
	return nil
}
