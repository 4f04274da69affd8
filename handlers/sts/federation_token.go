package sts

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/sts"
)

// GetFederationToken gives keys for a federated user of the caller, who may do what the caller and the session policies both
// allow.
func (a *API) GetFederationToken(ctx context.Context, in *sts.GetFederationTokenInput) (*sts.GetFederationTokenOutput, error) {
	call := awsapi.FromContext(ctx)
	if err := checkSessionPolicy(in.Policy, call.Scope().Partition()); err != nil {
		return nil, err
	}
	own, seconds, err := ownSession(call, "GetFederationToken", in.DurationSeconds)
	if err != nil {
		return nil, err
	}
	p := passed{tags: in.Tags}
	made := p.follow(nil)
	made.Account, made.Region, made.OfUser, made.FederatedName = own.Account, own.Region, own.OfUser, *in.Name
	// Source of the resource: field reports of refusals.
	keys := awsapi.Keys{}
	p.addTo(keys)
	var wants []awsapi.Access
	for _, action := range actionsOf("sts:GetFederationToken", &made) {
		wants = append(wants, awsapi.Access{Action: action, Resource: made.ARN(), Keys: keys})
	}
	if err := awsapi.AllowAll(ctx, wants); err != nil {
		return nil, err
	}
	if err := p.check(nil); err != nil {
		return nil, err
	}
	packed, err := pack(&made, in.Policy, in.PolicyArns, in.Tags)
	if err != nil {
		return nil, err
	}
	issued, err := a.issue(made, seconds, in.MinimumSessionTokenSize)
	if err != nil {
		return nil, err
	}
	return &sts.GetFederationTokenOutput{
		Credentials: issued.Credentials, SessionTokenSize: issued.size, SessionTokenUtilization: issued.utilization,
		//lint:ignore SA1019 STS still answers the retired member
		PackedPolicySize: cmp.Or(packed, aws.Int32(0)), // also if there is nothing to pack (STS0002)
		FederatedUser:    &types.FederatedUser{Arn: aws.String(made.ARN()), FederatedUserId: aws.String(made.UserID())},
	}, nil
}
