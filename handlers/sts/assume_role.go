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

// AssumeRole gives keys for a role (STS0001). Root users may, whom AWS refuses: most callers here are that.
func (a *API) AssumeRole(ctx context.Context, in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
	if err := checkAssumeRole(in); err != nil {
		return nil, err
	}
	call := awsapi.FromContext(ctx)
	asking := iam.Asking{Caller: call.PolicyPrincipal(), Keys: keysOf(call, in, a.Now())}
	refusal := accessDenied("User: %s is not authorized to perform: sts:AssumeRole on resource: %s", call.Principal(), *in.RoleArn)
	seconds, err := a.admit(*in.RoleArn, asking, in.DurationSeconds, refusal)
	if err != nil {
		return nil, err
	}
	if call.Caller.RoleARN != "" && seconds > maxChainedSession {
		return nil, validationError("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	}
	s := a.roleSession(call, *in.RoleArn, *in.RoleSessionName)
	keys, err := a.issue(s, seconds, in.MinimumSessionTokenSize)
	if err != nil {
		return nil, err
	}
	return &sts.AssumeRoleOutput{
		Credentials: keys.Credentials, SessionTokenSize: keys.size, SessionTokenUtilization: keys.utilization,
		//lint:ignore SA1019 STS still answers the retired member
		AssumedRoleUser: assumedRoleUser(s), PackedPolicySize: packedSize(in.Policy, in.PolicyArns, in.Tags), SourceIdentity: in.SourceIdentity,
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
	if policy != nil {
		if why := iam.CheckSessionPolicy(*policy, iam.AccountOfARN(role).Partition); why != "" {
			return &types.MalformedPolicyDocumentException{Message: &why}
		}
	}
	return nil
}

// admit returns how long the session is to be, or why there is none: the role may forbid so
// long a one, and with strict roles it has to be there and to trust who asks.
func (a *API) admit(role string, asking iam.Asking, wanted *int32, refusal error) (seconds int32, err error) {
	found := iam.RoleByARN(a.Store.Read(), iam.AccountOfARN(role), role)
	if a.StrictRoles && (found == nil || !found.Trusts(asking)) {
		return 0, refusal
	}
	seconds = cmp.Or(aws.ToInt32(wanted), defaultRoleSession)
	if found != nil && seconds > found.MaxSessionDuration {
		return 0, validationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	return seconds, nil
}

func (a *API) roleSession(call awsapi.Call, role, name string) session.Session {
	return session.Session{
		Account: iam.AccountOfARN(role).ID, Region: call.Region, RoleARN: role, RoleID: a.RoleID(role), Name: name,
	}
}

func assumedRoleUser(s session.Session) *types.AssumedRoleUser {
	return &types.AssumedRoleUser{Arn: aws.String(s.ARN()), AssumedRoleId: aws.String(s.UserID())}
}

// maxPolicy is how many characters a session policy has. Source: STS API reference.
const maxPolicy = 2048

// packedSize is there only with a session policy or tags (recorded answers): what they
// take of their quota in percent. AWS does not say how it packs them; here they count as
// they are, against the 2,048 characters of a policy.
func packedSize(policy *string, arns []types.PolicyDescriptorType, tags []types.Tag) *int32 {
	n := len(aws.ToString(policy))
	for _, p := range arns {
		n += len(aws.ToString(p.Arn))
	}
	for _, t := range tags {
		n += len(aws.ToString(t.Key)) + len(aws.ToString(t.Value))
	}
	if n == 0 {
		return nil
	}
	return aws.Int32(int32(min((n*100+maxPolicy-1)/maxPolicy, 100)))
}

// accessDenied has no type in the SDK. Source: field reports.
func accessDenied(format string, args ...any) error {
	return &awsapi.Error{Code: "AccessDenied", Message: fmt.Sprintf(format, args...), Status: http.StatusForbidden}
}
