package applicationautoscaling

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling/managedalarm"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DescribeScalingPolicies answers policies, the newest first; if the request names some, in the order of the names
// (AAS0008.4).
func (a *API) DescribeScalingPolicies(ctx context.Context, in *sdk.DescribeScalingPoliciesInput) (*sdk.DescribeScalingPoliciesOutput, error) {
	if in.ScalableDimension != "" && in.ResourceId == nil {
		return nil, errDimensionAlone
	}
	all := applicationautoscaling.PoliciesIn(a.store.Read(), awsapi.CallScope(ctx), in.ServiceNamespace)
	all = slices.DeleteFunc(slices.Clone(all), func(p *applicationautoscaling.Policy) bool {
		return in.ResourceId != nil && *in.ResourceId != p.Of.Resource || in.ScalableDimension != "" && in.ScalableDimension != p.Of.Dimension ||
			len(in.PolicyNames) > 0 && !slices.Contains(in.PolicyNames, p.Name)
	})
	key, request := newest, page.Request{Token: in.NextToken, Most: policiesOfPage, Form: form("policies"), Descending: true}
	if len(in.PolicyNames) > 0 {
		request.Descending = false
		key = func(p *applicationautoscaling.Policy) string {
			return fmt.Sprintf("%03d", slices.Index(in.PolicyNames, p.Name)) + p.Key()
		}
	}
	part, next, err := cut(all, key, request, in.MaxResults)
	if err != nil {
		return nil, err
	}
	out := &sdk.DescribeScalingPoliciesOutput{ScalingPolicies: []types.ScalingPolicy{}, NextToken: next}
	for _, p := range part {
		out.ScalingPolicies = append(out.ScalingPolicies, types.ScalingPolicy{
			PolicyARN: aws.String(p.ARN()), PolicyName: &p.Name, ServiceNamespace: p.Of.Namespace, ResourceId: &p.Of.Resource, ScalableDimension: p.Of.Dimension,
			PolicyType: p.Type, StepScalingPolicyConfiguration: p.Step, TargetTrackingScalingPolicyConfiguration: p.Tracking,
			Alarms: alarmsOf(p), CreationTime: &p.CreatedAt,
		})
	}
	return out, nil
}

func newest(p *applicationautoscaling.Policy) string { return sortable(p.CreatedAt) + p.Key() }

// sortable is a time as a text that sorts as times do.
func sortable(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000") }

// cloudwatchARN is the ARN of a managed alarm, which need not be there.
func cloudwatchARN(p *applicationautoscaling.Policy, alarm string) string {
	return (&cloudwatch.Alarm{Scope: p.Of.Scope, Name: alarm}).ARN()
}

// DeleteScalingPolicy removes a policy and its managed alarms.
func (a *API) DeleteScalingPolicy(ctx context.Context, in *sdk.DeleteScalingPolicyInput) (*sdk.DeleteScalingPolicyOutput, error) {
	of := applicationautoscaling.Resource{Scope: awsapi.CallScope(ctx), Namespace: in.ServiceNamespace, Resource: *in.ResourceId, Dimension: in.ScalableDimension}
	return &sdk.DeleteScalingPolicyOutput{}, a.store.Update(func(tx *store.Tx) error {
		if _, err := targetOf(tx, of); err != nil {
			return err
		}
		p := applicationautoscaling.Policies.Find(tx, of, *in.PolicyName)
		if p == nil { // AAS0003.10
			return notFound("No scaling policy found for %s, policy name: %s", told(of), *in.PolicyName)
		}
		managedalarm.ForgetPolicy(tx, p, a.now())
		return nil
	})
}
