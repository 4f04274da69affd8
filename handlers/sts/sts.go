// Package sts answers the one call of AWS STS that every client tool makes before
// it does anything else: GetCallerIdentity.
package sts

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// Service is the STS API.
func Service() awsapi.Service {
	const version = "2011-06-15"
	return awsapi.Service{
		Name: "sts", ID: sts.ServiceID, Title: "AWS STS",
		Protocol: awsapi.Query{Version: version, Namespace: "https://sts.amazonaws.com/doc/" + version + "/"},
		Operations: []awsapi.Operation{
			awsapi.Works("GetCallerIdentity", "the session of a role whose keys the emulator has given out; for all other keys the root user of the account", getCallerIdentity),
		},
	}
}

// getCallerIdentity answers with the session that the keys are of, or else with the root of
// the account, for whom UserId is the account id.
//
// Source: AWS STS API reference, GetCallerIdentity; IAM identifiers; recorded answers.
func getCallerIdentity(ctx context.Context, _ *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
	call := awsapi.FromContext(ctx)
	return &sts.GetCallerIdentityOutput{
		Arn: aws.String(call.Principal()), UserId: aws.String(cmp.Or(call.Caller.UserID, call.Account)), Account: aws.String(call.Account),
	}, nil
}
