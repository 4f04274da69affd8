package sts

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/sts"
)

// Bounds of a session without a role, in seconds; that of a root user is never longer than
// an hour, also if more is asked for. Source: STS API reference, GetSessionToken.
const (
	maxRootSession     = 3600
	defaultUserSession = 43200
)

// GetSessionToken gives keys for the caller itself: a user, or the root of an account.
func (a *API) GetSessionToken(ctx context.Context, in *sts.GetSessionTokenInput) (*sts.GetSessionTokenOutput, error) {
	call := awsapi.FromContext(ctx)
	made := session.Session{Account: call.Account, Region: call.Region}
	var seconds int32
	switch {
	case call.Caller.LongLived:
		made.OfUser = call.Caller.UserID
		seconds = cmp.Or(aws.ToInt32(in.DurationSeconds), defaultUserSession)
	case call.Caller != (awsapi.Caller{}):
		return nil, accessDenied("Cannot call GetSessionToken with session credentials") // field reports
	default:
		seconds = min(cmp.Or(aws.ToInt32(in.DurationSeconds), maxRootSession), maxRootSession)
	}
	keys, err := a.issue(made, seconds, in.MinimumSessionTokenSize)
	if err != nil {
		return nil, err
	}
	return &sts.GetSessionTokenOutput{
		Credentials: keys.Credentials, SessionTokenSize: keys.size, SessionTokenUtilization: keys.utilization,
	}, nil
}
