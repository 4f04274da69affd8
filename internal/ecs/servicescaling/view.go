package servicescaling

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// linkedRole is the role with which services are scaled. AWS does not use a role that a target names (recorded answers).
func linkedRole(s arn.Scope) string {
	return "arn:" + s.Partition() + ":iam::" + s.Account +
		":role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService"
}

// stateOf is what decisions about a target look at.
func stateOf(tx *store.Tx, t *applicationautoscaling.Target, service *state.Service, now time.Time) decision.State {
	return decision.State{
		Now: now, Min: t.Min, Max: t.Max, Suspended: t.Suspended,
		Desired: int32(service.DesiredCount), Running: running(state.FindServiceSummary(tx, service.ARN)),
		Deploying: deploying(service), Last: lastOf(applicationautoscaling.LastChange(tx, t.Key())),
	}
}

// deploying reports whether a deployment of a service is in progress.
func deploying(s *state.Service) bool {
	return slices.ContainsFunc(s.Deployments, func(d *state.Deployment) bool { return d.RolloutState == ecstypes.DeploymentRolloutStateInProgress })
}

// lastOf is what still follows from the newest change of a capacity. Nothing follows from one that a bound made, that has
// failed, or that another caller has changed since.
func lastOf(a *applicationautoscaling.Activity) decision.Last {
	if a == nil || a.Change.Policy == "" || !a.Open() && a.Status != successful {
		return decision.Last{}
	}
	c := a.Change
	last := decision.Last{To: c.To, Out: c.To > c.From, Base: c.Base, Open: a.Open()}
	if a.EndedAt != nil {
		last.Cool = a.EndedAt.Add(c.Cooldown)
	}
	return last
}

// peers are the target tracking policies of a resource that may scale in, with what their low alarms see now.
func (c *Controller) peers(tx *store.Tx, r applicationautoscaling.Resource, now time.Time) (peers []decision.Peer) {
	for _, p := range applicationautoscaling.Policies.List(tx, r) {
		if p.Tracking == nil || aws.ToBool(p.Tracking.DisableScaleIn) {
			continue
		}
		peer := decision.Peer{Policy: p}
		for _, name := range p.Alarms {
			if a := cloudwatch.Alarms.Find(tx, r.Scope, name); a != nil && below(a) {
				peer.Values = c.Values(tx, a, now)
			}
		}
		peers = append(peers, peer)
	}
	return peers
}
