package applicationautoscaling

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling/managedalarm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// PutScalingPolicy makes a policy, or changes what the request has of the one that there is (AAS0003). With each call one of
// target tracking gets new alarms, also in place of those that a user has deleted.
func (a *API) PutScalingPolicy(ctx context.Context, in *sdk.PutScalingPolicyInput) (*sdk.PutScalingPolicyOutput, error) {
	of := applicationautoscaling.Resource{Scope: awsapi.CallScope(ctx), Namespace: in.ServiceNamespace, Resource: *in.ResourceId, Dimension: in.ScalableDimension}
	out := &sdk.PutScalingPolicyOutput{}
	return out, a.store.Update(func(tx *store.Tx) error {
		t, err := targetOf(tx, of)
		if err != nil {
			return err
		}
		p := applicationautoscaling.Policies.Find(tx, of, *in.PolicyName)
		if p == nil && len(applicationautoscaling.Policies.List(tx, of)) >= mostPolicies {
			return tooMany("scaling policies", mostPolicies, "scalable target")
		}
		if p == nil {
			p = &applicationautoscaling.Policy{Of: of, TargetID: t.UUID(), Name: *in.PolicyName, CreatedAt: a.now(), CreatedBy: arn.NewUUID()}
		}
		made, err := changedPolicy(p, in)
		if err != nil {
			return err
		}
		if err := checkTracking(tx, made); err != nil {
			return err
		}
		made = managedalarm.Replace(tx, made, a.now())
		applicationautoscaling.Policies.Put(tx, made)
		out.PolicyARN, out.Alarms = aws.String(made.ARN()), alarmsOf(made)
		return nil
	})
}

// changedPolicy is a copy of a policy with what a request says. One without a type is new.
func changedPolicy(p *applicationautoscaling.Policy, in *sdk.PutScalingPolicyInput) (*applicationautoscaling.Policy, error) {
	made, asked := *p, in.PolicyType
	if asked == "" {
		asked = p.Type
	}
	step, tracking := in.StepScalingPolicyConfiguration, in.TargetTrackingScalingPolicyConfiguration
	switch {
	case asked == "": // AAS0003.1
		return nil, invalid("Scaling policy type must be specified")
	case p.Type != "" && asked != p.Type && (asked == types.PolicyTypeStepScaling || p.Type == types.PolicyTypeStepScaling): // AAS0003.8
		return nil, invalid("You cannot change a StepScaling policy to a non StepScaling policy, or vice versa.")
	case asked != types.PolicyTypeStepScaling && asked != types.PolicyTypeTargetTrackingScaling:
		return nil, notBuilt("policies of type " + string(asked))
	case step != nil && asked != types.PolicyTypeStepScaling, tracking != nil && asked != types.PolicyTypeTargetTrackingScaling,
		in.PredictiveScalingPolicyConfiguration != nil: // AAS0003.9
		return nil, invalid("You must only provide a single scaling policy configuration, which must match the scaling policy type specified.")
	}
	made.Type = asked
	var err error
	if asked == types.PolicyTypeStepScaling {
		made.Step, err = changedStep(p.Step, step)
	} else {
		made.Tracking, err = changedTracking(p.Tracking, tracking)
	}
	return &made, err
}

// alarmsOf are the managed alarms of a policy, also those that a user has deleted.
func alarmsOf(p *applicationautoscaling.Policy) []types.Alarm {
	list := []types.Alarm{} // told also where there are none (AAS0003.2)
	for _, name := range p.Alarms {
		list = append(list, types.Alarm{AlarmName: &name, AlarmARN: aws.String(cloudwatchARN(p, name))})
	}
	return list
}
