package cloudwatchlogs

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
)

// PutResourcePolicy keeps a policy of the account; those of single log groups are not built.
func (a *API) PutResourcePolicy(ctx context.Context, in *cloudwatchlogs.PutResourcePolicyInput) (*cloudwatchlogs.PutResourcePolicyOutput, error) {
	if in.ResourceArn != nil || in.ExpectedRevisionId != nil {
		return nil, awsapi.NotImplemented("logs", "resourceArn and expectedRevisionId of PutResourcePolicy")
	}
	if in.PolicyName == nil || in.PolicyDocument == nil { // the texts of these two are the emulator's
		return nil, invalid("PolicyName and PolicyDocument are required.")
	}
	var document map[string]any
	if err := json.Unmarshal([]byte(*in.PolicyDocument), &document); err != nil {
		return nil, invalid("The policy document is not a JSON object.")
	}
	p, err := a.store.PutResourcePolicy(logs.ResourcePolicy{Scope: awsapi.CallScope(ctx), Name: *in.PolicyName, Document: *in.PolicyDocument})
	if err != nil {
		return nil, err
	}
	a.Stored.Tell(nil, *in.PolicyName+" of CloudWatch Logs", in.PolicyDocument)
	d := describeResourcePolicy(p)
	return &cloudwatchlogs.PutResourcePolicyOutput{ResourcePolicy: &d}, nil
}

// DescribeResourcePolicies lists the policies of the account in order of their names.
func (a *API) DescribeResourcePolicies(ctx context.Context, in *cloudwatchlogs.DescribeResourcePoliciesInput) (*cloudwatchlogs.DescribeResourcePoliciesOutput, error) {
	if in.ResourceArn != nil || in.PolicyScope == types.PolicyScopeResource {
		return nil, awsapi.NotImplemented("logs", "resourceArn and policyScope RESOURCE of DescribeResourcePolicies")
	}
	after, err := fromToken(in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &cloudwatchlogs.DescribeResourcePoliciesOutput{ResourcePolicies: []types.ResourcePolicy{}}
	for _, p := range a.store.ResourcePolicies(awsapi.CallScope(ctx)) {
		if p.Name <= after {
			continue
		}
		if n := len(out.ResourcePolicies); n == limit(in.Limit, 50) {
			out.NextToken = toToken(*out.ResourcePolicies[n-1].PolicyName)
			break
		}
		out.ResourcePolicies = append(out.ResourcePolicies, describeResourcePolicy(p))
	}
	return out, nil
}

func describeResourcePolicy(p logs.ResourcePolicy) types.ResourcePolicy {
	return types.ResourcePolicy{
		PolicyName: aws.String(p.Name), PolicyDocument: aws.String(p.Document), LastUpdatedTime: aws.Int64(p.Updated.UnixMilli()),
		PolicyScope: types.PolicyScopeAccount,
	}
}

// DeleteResourcePolicy removes a policy of the account.
func (a *API) DeleteResourcePolicy(ctx context.Context, in *cloudwatchlogs.DeleteResourcePolicyInput) (*cloudwatchlogs.DeleteResourcePolicyOutput, error) {
	if in.ResourceArn != nil || in.ExpectedRevisionId != nil {
		return nil, awsapi.NotImplemented("logs", "resourceArn and expectedRevisionId of DeleteResourcePolicy")
	}
	if in.PolicyName == nil { // the text is the emulator's
		return nil, invalid("PolicyName is required.")
	}
	return &cloudwatchlogs.DeleteResourcePolicyOutput{}, a.store.DeleteResourcePolicy(awsapi.CallScope(ctx), *in.PolicyName)
}
