package sts

import (
	"cmp"
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/sts"
)

// Bounds of a role's session, in seconds. Source: STS API reference, AssumeRole.
const (
	defaultRoleSession = 3600
	maxChainedSession  = 3600
)

// AssumeRole gives keys for a role (STS0001). Root users may unless policies are enforced: most callers here are that.
func (a *API) AssumeRole(ctx context.Context, in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
	if err := checkAssumeRole(in); err != nil {
		return nil, err
	}
	call := awsapi.FromContext(ctx)
	if a.Enforce && call.IsRoot() {
		return nil, accessDenied("Roles may not be assumed by root accounts.") // AC19
	}
	p := passed{tags: in.Tags, transitive: in.TransitiveTagKeys, sourceIdentity: aws.ToString(in.SourceIdentity)}
	made := p.follow(call.Caller.Session)
	found := iam.RoleByARN(a.Store.Read(), iam.AccountOfARN(*in.RoleArn), *in.RoleArn)
	if err := a.mayAssume(ctx, in, found, &made, p); err != nil {
		return nil, err
	}
	if err := p.check(call.Caller.Session); err != nil {
		return nil, err
	}
	packed, err := pack(&made, in.Policy, in.PolicyArns, in.Tags)
	if err != nil {
		return nil, err
	}
	seconds, err := sessionSeconds(found, in.DurationSeconds)
	if err != nil {
		return nil, err
	}
	if call.Caller.RoleARN != "" && seconds > maxChainedSession {
		return nil, validationError("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	}
	a.begin(&made, call, *in.RoleArn, *in.RoleSessionName)
	keys, err := a.issue(made, seconds, in.MinimumSessionTokenSize)
	if err != nil {
		return nil, err
	}
	return &sts.AssumeRoleOutput{
		Credentials: keys.Credentials, SessionTokenSize: keys.size, SessionTokenUtilization: keys.utilization,
		//lint:ignore SA1019 STS still answers the retired member
		AssumedRoleUser: assumedRoleUser(made), PackedPolicySize: packed, SourceIdentity: awsapi.Optional(made.SourceIdentity),
	}, nil
}

func checkAssumeRole(in *sts.AssumeRoleInput) error {
	if len(in.ProvidedContexts) > 0 {
		return awsapi.NotImplemented("sts", "ProvidedContexts of sts AssumeRole")
	}
	return checkRoleAndPolicy(*in.RoleArn, in.Policy)
}

// checkRoleAndPolicy follows the constraints of the model. Source: field reports.
func checkRoleAndPolicy(role string, policy *string) error {
	if !session.IsRole(role) {
		return validationError("%s is invalid", role)
	}
	return checkSessionPolicy(policy, iam.AccountOfARN(role).Partition)
}

// sessionSeconds is how long a session of a role is to be, which the role may forbid.
func sessionSeconds(role *iam.Role, wanted *int32) (int32, error) {
	seconds := cmp.Or(aws.ToInt32(wanted), defaultRoleSession)
	if role != nil && seconds > role.MaxSessionDuration {
		return 0, validationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	return seconds, nil
}

// begin completes a session of a role.
func (a *API) begin(s *session.Session, call awsapi.Call, role, name string) {
	s.Account, s.Region = iam.AccountOfARN(role).ID, call.Region
	s.RoleARN, s.RoleID, s.Name = role, a.RoleID(role), name
}

func assumedRoleUser(s session.Session) *types.AssumedRoleUser {
	return &types.AssumedRoleUser{Arn: aws.String(s.ARN()), AssumedRoleId: aws.String(s.UserID())}
}

// accessDenied has no type in the SDK. Source: field reports.
func accessDenied(format string, args ...any) error {
	return &awsapi.Error{Code: "AccessDenied", Message: fmt.Sprintf(format, args...), Status: http.StatusForbidden}
}

// invalidParameter has no type in the SDK. Source: recorded answers about session tags.
func invalidParameter(text string) error { return awsapi.Errorf("InvalidParameterValue", "%s", text) }
