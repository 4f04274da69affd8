package sts

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/sts"
)

// GetCallerIdentity answers with the session that the keys are of, or else with the root of
// the account, for whom UserId is the account id.
//
// Source: AWS STS API reference, GetCallerIdentity; IAM identifiers; recorded answers.
func (a *API) GetCallerIdentity(ctx context.Context, _ *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
	call := awsapi.FromContext(ctx)
	return &sts.GetCallerIdentityOutput{
		Arn: aws.String(call.Principal()), UserId: aws.String(cmp.Or(call.Caller.UserID, call.Account)), Account: aws.String(call.Account),
	}, nil
}

// GetAccessKeyInfo answers the account of a user's key that is or was here, whose id may be chosen, and reads the account
// of another key from its id, of which it is a part. Source: AWS STS API reference, GetAccessKeyInfo.
func (a *API) GetAccessKeyInfo(ctx context.Context, in *sts.GetAccessKeyInfoInput) (*sts.GetAccessKeyInfoOutput, error) {
	if s := awsapi.FromContext(ctx).Caller.Session; a.Enforce && s != nil && s.RoleARN == "" {
		// Source: STS API reference, GetSessionToken, permissions; the text is as of other operations.
		return nil, accessDenied("Cannot call GetAccessKeyInfo with session credentials")
	}
	if found := iam.AccessKeys.Get(a.Store.Read(), *in.AccessKeyId); found != nil {
		return &sts.GetAccessKeyInfoOutput{Account: &found.Account.ID}, nil
	}
	account := session.AccountOf(*in.AccessKeyId)
	if account == "" {
		return nil, validationError("%s is invalid", *in.AccessKeyId)
	}
	return &sts.GetAccessKeyInfoOutput{Account: &account}, nil
}
