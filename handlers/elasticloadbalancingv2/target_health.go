package elasticloadbalancingv2

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// DescribeTargetHealth answers the health of a group's targets, or of those that are asked
// for: of these also those that are none, and instances that were terminated (ELB0002).
func (a *API) DescribeTargetHealth(ctx context.Context, in *sdk.DescribeTargetHealthInput) (*sdk.DescribeTargetHealthOutput, error) {
	// By hand, with the place of each value: no source says whether they are told together here.
	var v constraint.Violations
	for i, include := range in.Include {
		constraint.OneOf(&v, fmt.Sprintf("include.%d.member", i+1), include, include.Values()...)
	}
	if err := refusal(v); err != nil {
		return nil, err
	}
	tx := a.store.Read()
	g, err := targetGroup(tx, awsapi.CallScope(ctx), *in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	there := slices.DeleteFunc(elbv2.Targets(tx, g.ARN), func(t *elbv2.Target) bool { return elbv2.Drained(tx, g, t, a.now()) })
	out := &sdk.DescribeTargetHealthOutput{TargetHealthDescriptions: []types.TargetHealthDescription{}}
	add := func(d types.TargetHealthDescription) {
		out.TargetHealthDescriptions = append(out.TargetHealthDescriptions, d)
	}
	if len(in.Targets) == 0 {
		for _, t := range there {
			if !ec2.TargetGone(tx, g, t, state.Registered(tx, g.Scope, t.ID)) {
				add(describeHealth(tx, g, t))
			}
		}
	}
	for _, asked := range in.Targets {
		is := func(t *elbv2.Target) bool { return t.ID == *asked.Id && t.Port == portOf(g, asked) }
		if i := slices.IndexFunc(there, is); i >= 0 {
			add(describeHealth(tx, g, there[i]))
		} else {
			add(healthOf(g, &elbv2.Target{ID: *asked.Id, Port: portOf(g, asked)}, elbv2.NotRegistered))
		}
	}
	return out, nil
}

// describeHealth is the health of a target. Those on an application load balancer say that
// no call has overridden it (ELB0002).
func describeHealth(tx *store.Tx, g *elbv2.TargetGroup, t *elbv2.Target) types.TargetHealthDescription {
	d := healthOf(g, t, ec2.TargetHealth(tx, g, t, state.Registered(tx, g.Scope, t.ID)))
	if g.ALB() && len(elbv2.InUse(tx, g.ARN)) > 0 {
		d.AdministrativeOverride = &types.AdministrativeOverride{
			State: types.TargetAdministrativeOverrideStateEnumNoOverride, Reason: types.TargetAdministrativeOverrideReasonEnumNoOverrideEngaged,
			Description: aws.String("No override is currently active on target"),
		}
	}
	return d
}

func healthOf(g *elbv2.TargetGroup, t *elbv2.Target, health types.TargetHealth) types.TargetHealthDescription {
	port := g.HealthCheck.Port
	if port == elbv2.TrafficPort {
		port = strconv.Itoa(int(t.Port))
	}
	return types.TargetHealthDescription{
		Target: &types.TargetDescription{Id: &t.ID, Port: &t.Port, AvailabilityZone: awsapi.Optional(t.Zone)}, HealthCheckPort: &port, TargetHealth: &health,
	}
}
