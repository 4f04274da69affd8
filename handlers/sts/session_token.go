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
// an hour, also if more is asked for. Source: STS API reference, GetSessionToken and GetFederationToken.
const (
	maxRootSession     = 3600
	defaultUserSession = 43200
)

// GetSessionToken gives keys for the caller itself: a user, or the root of an account.
func (a *API) GetSessionToken(ctx context.Context, in *sts.GetSessionTokenInput) (*sts.GetSessionTokenOutput, error) {
	made, seconds, err := ownSession(awsapi.FromContext(ctx), "GetSessionToken", in.DurationSeconds)
	if err != nil {
		return nil, err
	}
	keys, err := a.issue(made, seconds, in.MinimumSessionTokenSize)
	if err != nil {
		return nil, err
	}
	return &sts.GetSessionTokenOutput{
		Credentials: keys.Credentials, SessionTokenSize: keys.size, SessionTokenUtilization: keys.utilization,
	}, nil
}

// ownSession is a session of the caller itself, who has long-lived keys, and how long it is.
func ownSession(call awsapi.Call, operation string, wanted *int32) (s session.Session, seconds int32, err error) {
	s = session.Session{Account: call.Account, Region: call.Region}
	switch {
	case call.Caller != (awsapi.Caller{}) && !call.Caller.LongLived:
		return s, 0, accessDenied("Cannot call %s with session credentials", operation) // field reports
	case call.IsRoot():
		return s, min(cmp.Or(aws.ToInt32(wanted), maxRootSession), maxRootSession), nil
	}
	s.OfUser = cmp.Or(call.Caller.UserID, call.Caller.ARN)
	return s, cmp.Or(aws.ToInt32(wanted), defaultUserSession), nil
}
